/** Measures modelled devices with the real sampler loop on a virtual clock: the input of the real summary. */

import { seededRandom } from '../core/random.ts'
import type { EnergyReading } from '../energy/energySource.ts'
import type { EnergyInput } from '../measure/energy/summarizeEnergy.ts'
import { planQuiet } from '../measure/sampler/quietTimes.ts'
import { sampleLoop } from '../measure/sampler/sampleLoop.ts'
import type { Window } from '../store/resultFile.ts'
import { labClock } from './labClock.ts'
import { type LabDomain, labMeter } from './labMeter.ts'

export interface LabRun {
  domains: readonly LabDomain[]
  window: Window
  idle?: Window | null
  loadedIdle?: Window | null
  /** When reading begins and ends. */
  startMs: number
  endMs: number
  /** Time between two readings; the product's own is 50 ms. */
  intervalMs?: number
  /** Whether the counters are polled around the window, as the worker does. */
  isAligned?: boolean
  /** Seed of what differs from run to run: lateness and the length of calls. */
  seed: number
}

/** How late a thread wakes at most on a quiet machine; each wake is late by a random part of it. */
const lateMs = 0.3

export async function runLab(run: LabRun): Promise<EnergyInput> {
  const { domains, window, intervalMs = 50, isAligned = true, seed } = run
  const random = seededRandom(seed, 1)
  // The phase of the ticks against the sensors is chance.
  const firstMs = run.startMs + intervalMs * random.uniform()
  const clock = labClock(firstMs, () => lateMs * random.uniform())
  const meter = labMeter(domains, clock, random)
  const { quietMs, burstMs } = planQuiet(isAligned ? meter.domains : [])
  const quiet =
    quietMs === 0
      ? null
      : {
          before: { startMs: window.startMs - quietMs, endMs: window.startMs },
          after: { startMs: window.endMs, endMs: window.endMs + quietMs },
        }
  const readings: EnergyReading[] = []
  const stop = new AbortController()
  await sampleLoop({
    meters: [meter],
    intervalMs,
    clock,
    // A burst that begins in a wait ends it.
    pauseUntil: (deadlineMs) =>
      clock.pauseUntil(Math.min(deadlineMs, nextBurstMs(window, burstMs, clock.nowMs()))),
    signal: stop.signal,
    burstUntilMs: () => burstEndMs(window, burstMs, clock.nowMs()),
    onTick(tick) {
      for (const reading of tick.readings) readings.push(reading)
      if (tick.wokeMs >= run.endMs) stop.abort()
    },
  })
  return {
    domains: meter.domains,
    readings,
    window,
    quiet,
    idle: run.idle ?? null,
    loadedIdle: run.loadedIdle ?? null,
    outputTokens: 1000,
    requests: 10,
  }
}

/** When the next burst begins; never when there is none to come. */
function nextBurstMs({ startMs, endMs }: Window, burstMs: number, nowMs: number): number {
  const startsMs = burstMs === 0 ? [] : [startMs - burstMs, endMs]
  return startsMs.find((atMs) => atMs > nowMs) ?? Number.POSITIVE_INFINITY
}

/** End of the burst that runs now; the past when none does. */
function burstEndMs({ startMs, endMs }: Window, burstMs: number, nowMs: number): number {
  if (nowMs >= startMs - burstMs && nowMs < startMs) return startMs
  return nowMs >= endMs && nowMs < endMs + burstMs ? endMs + burstMs : Number.NEGATIVE_INFINITY
}
