/** Reads every meter at absolute deadlines until it is told to stop. Knows neither threads nor how to wait. */

import type { Clock } from '../../core/clock.ts'
import type { EnergyMeter, EnergyReading } from '../../energy/energySource.ts'
import { energyLimits } from '../energyLimits.ts'
import { meterPace } from './meterPace.ts'

export interface LoopOptions {
  meters: readonly EnergyMeter[]
  intervalMs: number
  clock: Clock
  /** Waits until `deadlineMs`, or until the signal aborts or a burst begins. Null when it has done so on the spot. */
  pauseUntil(deadlineMs: number): Promise<void> | null
  /** Until when to read as densely as the edges of a window need; the past when there is no burst. */
  burstUntilMs(): number
  /** Takes what one tick read: when it should have been, when it was, and the readings. */
  onTick(tick: Tick): void
  signal: AbortSignal
}

export interface Tick {
  deadlineMs: number
  wokeMs: number
  readings: readonly EnergyReading[]
}

/**
 * Deadlines are multiples of the interval from the first tick, so that lateness does not add up. A tick that was missed
 * is left out: readings in a burst would tell nothing new. A burst has deadlines of its own.
 */
export async function sampleLoop(options: LoopOptions): Promise<void> {
  const { clock, pauseUntil, signal } = options
  let deadlineMs = clock.nowMs()
  // A function of its own, which the engine compiles long before it would compile this one.
  const readTick = tickReader(options, deadlineMs)
  for (;;) {
    const pause = pauseUntil(deadlineMs)
    if (pause !== null) await pause
    if (signal.aborted) return
    deadlineMs = readTick(deadlineMs)
  }
}

/** Reads what is due, and returns the next deadline. */
function tickReader(
  { meters, intervalMs, clock, burstUntilMs, onTick }: LoopOptions,
  startMs: number,
): (deadlineMs: number) => number {
  const paced = meters.map((meter) => ({ meter, pace: meterPace(meter) }))
  return (wantedMs) => {
    const wokeMs = clock.nowMs()
    // A burst that begins cuts the wait short: that tick is on time.
    const deadlineMs = Math.min(wantedMs, wokeMs)
    // One tight pass over all meters, so that the readings of a tick belong to nearly one moment.
    const isBurst = wokeMs < burstUntilMs()
    let readings: EnergyReading[] = []
    let dueMs = wokeMs + longestIdleMs
    for (const { meter, pace } of paced) {
      if (isBurst || deadlineMs >= pace.dueMs(intervalMs)) {
        const read = readMeter(meter, clock)
        readings = readings.length === 0 ? read : [...readings, ...read]
        pace.note(deadlineMs, readings)
      }
      dueMs = Math.min(dueMs, pace.dueMs(intervalMs))
    }
    onTick({ deadlineMs, wokeMs, readings })
    const nowMs = clock.nowMs()
    const tick = Math.floor((deadlineMs - startMs) / intervalMs + 1e-9)
    // Ticks at which no meter is due would wake this thread for nothing.
    const firstTick = Math.ceil((Math.max(nowMs, dueMs) - startMs) / intervalMs - 1e-9)
    const nextMs = startMs + intervalMs * Math.max(tick + 1, firstTick)
    const denseMs = Math.max(deadlineMs + energyLimits.burstMs, nowMs)
    return denseMs <= burstUntilMs() ? Math.min(denseMs, nextMs) : nextMs
  }
}

/** However rarely a meter is read, the loop looks up this often. */
const longestIdleMs = 3_600_000

function readMeter(meter: EnergyMeter, clock: Clock): EnergyReading[] {
  try {
    return meter.read()
  } catch {
    // A sensor that fails must not end the sampler: a missing value is data, and the accounting reports it.
    const atMs = clock.nowMs()
    return meter.domains.map(({ id }) => ({ domain: id, atMs, joules: null, watts: null }))
  }
}
