/**
 * Program: keeps a day of readings of 16 domains at 100 readings a second, written as they come and kept for the summary, and
 * prints what it cost as JSON. A process of its own, as a worker is: what other benches leave in a heap is not its memory.
 */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { formatNumber } from '../core/units.ts'
import { summarizeEnergy } from '../measure/energy/summarizeEnergy.ts'
import { readingStore } from '../measure/sampler/readingStore.ts'
import type { SampleBlock } from '../measure/sampler/sampleBlock.ts'
import { samplerMemory } from '../measure/sampler/samplerLink.ts'
import { type BenchRow, limitedRow } from './benchRow.ts'
import { benchDomains as domains, joulesPerPeriod, sampleHz } from './powerTableRows.ts'

const hours = 24
const seconds = hours * 3600
const window = { startMs: 60_000, endMs: 1000 * seconds - 60_000 }

const truthJ = domains.reduce(
  (sum, _, domain) => sum + ((window.endMs - window.startMs) / 100) * joulesPerPeriod(domain),
  0,
)

process.stdout.write(JSON.stringify(await keepDay()))

async function keepDay(): Promise<BenchRow[]> {
  const directory = mkdtempSync(join(tmpdir(), 'llem-bench-'))
  const program = new URL('./powerTableThread.js', import.meta.url)
  const startBytes = process.memoryUsage.rss()
  const cpu = process.cpuUsage()
  const thread = new Worker(program, {
    workerData: { path: join(directory, 'power.parquet'), seconds },
    resourceLimits: samplerMemory,
  })
  const store = readingStore({
    domains: () => domains,
    marks: () => [window.startMs, window.endMs],
  })
  let peakBytes = startBytes
  let writtenBytes = 0
  await new Promise<void>((resolve, reject) => {
    thread.on('message', (message: SampleBlock | { writtenBytes: number }) => {
      if ('writtenBytes' in message) {
        writtenBytes = message.writtenBytes
        return
      }
      store.add(message, null)
      Atomics.store(message.inUse, 0, 0)
      Atomics.notify(message.inUse, 0)
      peakBytes = Math.max(peakBytes, process.memoryUsage.rss())
    })
    thread.on('error', reject)
    thread.on('exit', () => resolve())
  })
  const { user, system } = process.cpuUsage(cpu)
  const readings = store.all()
  const none = { idle: null, loadedIdle: null, outputTokens: null, requests: 0 }
  const { total } = summarizeEnergy({ domains, readings, window, ...none })
  peakBytes = Math.max(peakBytes, process.memoryUsage.rss())
  rmSync(directory, { recursive: true })
  const name = `power table, ${hours} h of ${domains.length} domains at ${sampleHz} Hz`
  const error = ((total.energyJ ?? Number.NaN) - truthJ) / truthJ
  return [
    limitedRow({
      name: `${name}: memory, with its thread and the summary of ${formatNumber(readings.length)} kept readings`,
      value: (peakBytes - startBytes) / 1e6,
      unit: 'MB',
      limit: 60,
    }),
    limitedRow({
      name: `${name}: CPU time, with that of making them up`,
      value: (100 * (user + system)) / 1e6 / seconds,
      unit: '% of a core',
      limit: 1,
    }),
    limitedRow({
      name: `${name}: error of the energy by the condensed readings`,
      value: 1e6 * Math.abs(error),
      unit: 'ppm',
      limit: 10,
    }),
    limitedRow({ name: `${name}: file`, value: writtenBytes / 1e9, unit: 'GB', limit: null }),
  ]
}
