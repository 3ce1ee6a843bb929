/** Reads every chosen energy source on a thread of its own, from now until it is disposed. */

import type { Clock } from '../../core/clock.ts'
import type { Environment } from '../../core/context.ts'
import type { EnergyDomain } from '../../core/energyDomain.ts'
import { AppError } from '../../core/errors.ts'
import { writeError } from '../../core/files.ts'
import { programs } from '../../core/programs.ts'
import type { Warning } from '../../core/warnings.ts'
import type { DeviceFacts, EnergyReading } from '../../energy/energySource.ts'
import { writePowerTable } from '../../store/powerTable.ts'
import type { Window } from '../../store/resultFile.ts'
import { withFoundPeriod } from '../withFoundPeriod.ts'
import type { DeviceLook } from './deviceWatch.ts'
import { isSettled } from './isSettled.ts'
import { type LivePower, livePower } from './livePower.ts'
import { planQuiet, type QuietPlan } from './quietTimes.ts'
import { readingStore } from './readingStore.ts'
import { decodeReadings } from './sampleBlock.ts'
import { type SamplerLink, samplerLink } from './samplerLink.ts'
import { type SamplerStats, samplerStats } from './samplerStats.ts'

export interface SamplerOptions {
  sources: readonly { name: string; options: unknown }[]
  intervalMs: number
  env: Environment
  clock: Clock
  /** Where the cards of calibrated sensors are; absent: none are looked for. */
  cacheDir?: string | null
  /** Where the readings are kept; null when nobody asks for them. */
  tablePath?: string | null
  /** Moments around which every reading is needed: the ends of phases. */
  marks?(): readonly number[]
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
  /** Resolves when the file of readings is whole; nothing is read any more. DISK_FULL, RESULTS_UNWRITABLE. */
  finishTable(): Promise<void>
}

/** Rejects with ENERGY_SOURCE_UNAVAILABLE when a source cannot be opened, with SAMPLER_FAILED when the thread dies. */
export async function startSampler(
  {
    sources,
    intervalMs,
    env,
    clock,
    cacheDir = null,
    tablePath = null,
    marks,
    onPower,
  }: SamplerOptions,
  started: SamplerLink | null = null,
): Promise<Sampler> {
  if (sources.length === 0) {
    await started?.[Symbol.asyncDispose]()
    return nothingToSample(tablePath)
  }
  const link = started ?? samplerLink(programs.samplerThread, clock)
  let domains: readonly EnergyDomain[] = []
  /** By what the sensors showed before the window. */
  let quiet: QuietPlan | null = null
  const store = readingStore({ domains: () => domains, marks: marks ?? (() => []) })
  try {
    link.onBlock((block, cpu) => {
      const power = onPower && livePower(domains, decodeReadings(block.readings, domains))
      if (power != null) onPower?.(power)
      store.add(block, cpu)
      Atomics.store(block.inUse, 0, 0)
    })
    const task = { sources, intervalMs, env: { ...env }, cacheDir, tablePath }
    const opened = await link.open(task)
    const { devices, warnings } = opened
    domains = opened.domains
    return {
      domains,
      devices,
      warnings,
      readings: store.all,
      looks: link.looks,
      async waitFor(atMs, signal) {
        let recent = store.since(atMs)
        const isDone = (domain: EnergyDomain): boolean =>
          isSettled(domain, recent, atMs) || clock.nowMs() >= atMs + intervalMs + patienceMs(domain)
        do {
          // Between two ticks there may be tens of milliseconds in which nothing else is left to do.
          link.burst(clock.nowMs() + answerTimeoutMs)
          await collect(link, clock, signal)
          recent = store.since(atMs)
        } while (!domains.every(isDone))
        link.burst(clock.nowMs())
      },
      async watchEdges(side, signal) {
        quiet ??= planQuiet(withFoundPeriods(domains, store.all()))
        const { quietMs, burstMs } = quiet
        if (quietMs === 0) return null
        const startMs = clock.nowMs()
        const burstStartMs = side === 'before' ? startMs + quietMs - burstMs : startMs
        if (burstStartMs > startMs) await clock.sleep(burstStartMs - startMs, signal)
        link.burst(burstStartMs + burstMs)
        await clock.sleep(startMs + quietMs - clock.nowMs(), signal)
        return { startMs, endMs: clock.nowMs() }
      },
      stats: (window) => samplerStats(store.ticks(), store.cpu(), window),
      finishTable: () =>
        link.finishTable().catch((thrown) => {
          throw thrown instanceof AppError ? thrown : writeError(tablePath ?? '', thrown)
        }),
      [Symbol.asyncDispose]: () => link[Symbol.asyncDispose](),
    }
  } catch (thrown) {
    await link[Symbol.asyncDispose]()
    throw thrown
  }
}

const withFoundPeriods = (domains: readonly EnergyDomain[], readings: readonly EnergyReading[]) =>
  domains.map((domain) =>
    withFoundPeriod(
      domain,
      readings.filter((reading) => reading.domain === domain.id),
    ),
  )

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

/** Without sources there is no thread either. */
const nothingToSample = (tablePath: string | null): Sampler => ({
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
  async finishTable() {
    if (tablePath !== null) await writePowerTable(tablePath, [], [])
  },
  async [Symbol.asyncDispose]() {},
})
