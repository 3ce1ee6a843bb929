/** What sampling costs: 100 readings per second of 8 boards and 8 CPU domains, on simulated sensors. */

import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { monotonicClock as clock } from '../core/clock.ts'
import { msToSeconds, secondsToMs } from '../core/units.ts'
import { source } from '../energy/simulated.ts'
import { startSampler } from '../measure/sampler/startSampler.ts'
import { type BenchRow, limitedRow } from './benchRow.ts'

const sampleHz = 100
/** Before any window lie two baselines of 10 s and a warm-up: the compiler of the engine is done with the loop by then. */
const warmupMs = 20_000
const windowMs = 20_000

const devices = [
  ...Array.from({ length: 8 }, (_, index) => ({ id: `gpu${index}`, scope: 'board' })),
  ...Array.from({ length: 4 }, (_, index) => ({ id: `cpu${index}`, scope: 'package' })),
  ...Array.from({ length: 4 }, (_, index) => ({ id: `dram${index}`, scope: 'dram' })),
]

export async function sampler(): Promise<BenchRow[]> {
  const bareShare = await bareWakesShare()
  const intervalMs = secondsToMs(1 / sampleHz)
  // As quick as the sampler: slower sensors are read less often.
  const options = source.options.parse({ devices, publish_period_ms: intervalMs })
  const sources = [{ name: source.name, options }]
  await using running = await startSampler({ sources, intervalMs, env: {}, clock })
  await clock.sleep(warmupMs)
  const startMs = clock.nowMs()
  await clock.sleep(windowMs)
  const window = { startMs, endMs: clock.nowMs() }
  await running.waitFor(window.endMs, new AbortController().signal)
  const { ticks, intervalErrorP99Ms, cpuMs } = running.stats(window)
  const durationMs = window.endMs - window.startMs
  const name = `sampler, ${sampleHz} Hz, ${devices.length} domains`
  return [
    ...rowOf(
      `${name}: CPU time`,
      cpuMs === null ? null : (100 * cpuMs) / durationMs,
      '% of a core',
      1,
    ),
    ...rowOf(
      'of which waking a thread as often',
      bareShare === null ? null : 100 * bareShare,
      '% of a core',
      null,
    ),
    ...rowOf(`${name}: interval error p99`, intervalErrorP99Ms, 'ms', 2),
    ...rowOf(`${name}: rounds of readings`, ticks / msToSeconds(durationMs), '/s', null),
  ]
}

/** No row for what this machine does not tell. */
function rowOf(name: string, value: number | null, unit: string, limit: number | null): BenchRow[] {
  return value === null ? [] : [limitedRow({ name, value, unit, limit })]
}

/** CPU time over wall time of a thread that only wakes; null where the system does not tell. */
async function bareWakesShare(): Promise<number | null> {
  const program = new URL('./bareWakes.js', import.meta.url)
  const workerData = { wakesPerSecond: sampleHz, seconds: 10 }
  const [share]: (number | null)[] = await once(new Worker(program, { workerData }), 'message')
  return share ?? null
}
