/** Reads every chosen energy source on a thread of its own, from now until it is disposed. */

import type { Clock } from '../../core/clock.ts'
import type { Environment } from '../../core/context.ts'
import type { EnergyDomain } from '../../core/energyDomain.ts'
import { AppError } from '../../core/errors.ts'
import { programs } from '../../core/programs.ts'
import type { Warning } from '../../core/warnings.ts'
import type { DeviceFacts, EnergyReading } from '../../energy/energySource.ts'
import type { Window } from '../../store/resultFile.ts'
import type { DeviceLook } from './deviceWatch.ts'
import { isSettled } from './isSettled.ts'
import { type LivePower, livePower } from './livePower.ts'
import { planQuiet } from './quietTimes.ts'
import { decodeReadings, decodeTicks } from './sampleBlock.ts'
import { type SamplerLink, samplerLink } from './samplerLink.ts'
import { type SamplerStats, samplerStats } from './samplerStats.ts'

export interface SamplerOptions {
  sources: readonly { name: string; options: unknown }[]
  intervalMs: number
  env: Environment
  clock: Clock
  /** Told the power of the machine when a block of readings arrives, about once a second. */
  onPower?(power: LivePower): void
}

/** Disposing it ends the thread and keeps what was read; it never rejects. */
export interface Sampler extends AsyncDisposable {
  readonly domains: readonly EnergyDomain[]
  readonly devices: readonly DeviceFacts[]
  readonly warnings: readonly Warning[]
  /** Everything that arrived so far, in order of time: complete up to the moment of the last `waitFor`. */
  readings(): readonly EnergyReading[]
  /** What was seen of the devices so far, in order of time. */
  looks(): readonly DeviceLook[]
  /**
   * Resolves when every domain has shown what happened up to `atMs`, or is so late that its sensor must be dead.
   * Rejects with SAMPLER_FAILED when the thread has died; what it had read stays.
   */
  waitFor(atMs: number, signal: AbortSignal): Promise<void>
  /**
   * Watches the sensors for as long as they need to show a few values, with the counters polled next to the window, and
   * resolves with the time it took; null when no sensor needs it. Call it just before and just after a window, while
   * nothing is asked of the engine.
   */
  watchEdges(side: 'before' | 'after', signal: AbortSignal): Promise<Window | null>
  stats(window: Window): SamplerStats
}

/** Rejects with ENERGY_SOURCE_UNAVAILABLE when a source cannot be opened, with SAMPLER_FAILED when the thread dies. */
export async function startSampler(
  { sources, intervalMs, env, clock, onPower }: SamplerOptions,
  started: SamplerLink | null = null,
): Promise<Sampler> {
  if (sources.length === 0) {
    await started?.[Symbol.asyncDispose]()
    return nothingToSample
  }
  const link = started ?? samplerLink(programs.samplerThread, clock)
  try {
    const { domains, devices, warnings } = await link.open({ sources, intervalMs, env: { ...env } })
    link.onBlock((block) => {
      const power = livePower(domains, decodeReadings(block, domains))
      if (power !== null) onPower?.(power)
    })
    const readings = readingsOf(link, domains)
    const { quietMs, burstMs } = planQuiet(domains)
    return {
      domains,
      devices,
      warnings,
      readings,
      looks: link.looks,
      async waitFor(atMs, signal) {
        const isDone = (domain: EnergyDomain): boolean =>
          isSettled(domain, readings(), atMs) ||
          clock.nowMs() >= atMs + intervalMs + patienceMs(domain)
        do {
          // Between two ticks there may be tens of milliseconds in which nothing else is left to do.
          link.burst(clock.nowMs() + answerTimeoutMs)
          await collect(link, clock, signal)
        } while (!domains.every(isDone))
        link.burst(clock.nowMs())
      },
      async watchEdges(side, signal) {
        if (quietMs === 0) return null
        const startMs = clock.nowMs()
        const burstStartMs = side === 'before' ? startMs + quietMs - burstMs : startMs
        if (burstStartMs > startMs) await clock.sleep(burstStartMs - startMs, signal)
        link.burst(burstStartMs + burstMs)
        await clock.sleep(startMs + quietMs - clock.nowMs(), signal)
        return { startMs, endMs: clock.nowMs() }
      },
      stats: (window) => samplerStats(link.blocks.flatMap(decodeTicks), link.cpu, window),
      [Symbol.asyncDispose]: () => link[Symbol.asyncDispose](),
    }
  } catch (thrown) {
    await link[Symbol.asyncDispose]()
    throw thrown
  }
}

/** Resolves when everything that was read up to now has arrived; SAMPLER_FAILED when the thread cannot tell any more. */
async function collect(link: SamplerLink, clock: Clock, signal: AbortSignal): Promise<void> {
  const startMs = clock.nowMs()
  const hasArrived = link.askForBlock()
  for (;;) {
    await clock.sleep(pollMs, signal)
    link.assertAlive()
    if (hasArrived()) return
    if (clock.nowMs() - startMs > answerTimeoutMs) {
      throw new AppError('SAMPLER_FAILED', { cause: 'its thread does not answer' })
    }
  }
}

/** A thread that is silent for so long hangs in a driver call. */
const answerTimeoutMs = 10_000

/** How often `waitFor` looks. It runs between the windows, never inside one. */
const pollMs = 2

/** A sensor that was silent for three of its periods, and at least a second, is not waited for. */
const patienceMs = ({ updatePeriodMs }: EnergyDomain): number =>
  Math.max(1000, 3 * (updatePeriodMs ?? 0))

/** Decodes each block once, when somebody asks. A source may stamp a reading earlier than the tick that brought it. */
function readingsOf({ blocks }: SamplerLink, domains: readonly EnergyDomain[]) {
  let readings: readonly EnergyReading[] = []
  let decoded = 0
  return (): readonly EnergyReading[] => {
    if (decoded === blocks.length) return readings
    const fresh = blocks.slice(decoded).flatMap((block) => decodeReadings(block, domains))
    readings = readings.concat(fresh).sort((a, b) => a.atMs - b.atMs)
    decoded = blocks.length
    return readings
  }
}

/** Without sources there is no thread either. */
const nothingToSample: Sampler = {
  domains: [],
  devices: [],
  warnings: [],
  readings: () => [],
  looks: () => [],
  async waitFor(_, signal) {
    signal.throwIfAborted()
  },
  async watchEdges() {
    return null
  },
  stats: () => ({ ticks: 0, intervalErrorP99Ms: null, cpuMs: 0 }),
  async [Symbol.asyncDispose]() {},
}
