/** Reads every meter at absolute deadlines until it is told to stop. Knows neither threads nor how to wait. */

import type { Clock } from '../../core/clock.ts'
import type { EnergyMeter, EnergyReading } from '../../energy/energySource.ts'
import { energyLimits } from '../energyLimits.ts'
import { meterPace } from './meterPace.ts'

export interface LoopOptions {
  meters: readonly EnergyMeter[]
  intervalMs: number
  clock: Clock
  /** Waits until `deadlineMs`, or until the signal aborts or a burst begins. */
  pauseUntil(deadlineMs: number): Promise<void>
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
  const { meters, intervalMs, clock, pauseUntil, burstUntilMs, onTick, signal } = options
  const startMs = clock.nowMs()
  let deadlineMs = startMs
  const paced = meters.map((meter) => ({ meter, pace: meterPace(meter) }))
  for (;;) {
    await pauseUntil(deadlineMs)
    if (signal.aborted) return
    const wokeMs = clock.nowMs()
    // A burst that begins cuts the wait short: that tick is on time.
    deadlineMs = Math.min(deadlineMs, wokeMs)
    // One tight pass over all meters, so that the readings of a tick belong to nearly one moment.
    const isBurst = wokeMs < burstUntilMs()
    const readings: EnergyReading[] = []
    for (const { meter, pace } of paced) {
      if (!isBurst && deadlineMs < pace.dueMs(intervalMs)) continue
      for (const reading of readMeter(meter, clock)) readings.push(reading)
      pace.note(deadlineMs, readings)
    }
    onTick({ deadlineMs, wokeMs, readings })
    const nowMs = clock.nowMs()
    const tick = Math.floor((deadlineMs - startMs) / intervalMs + 1e-9)
    // Ticks at which no meter is due would wake this thread for nothing.
    const dueMs = paced.reduce(
      (least, { pace }) => Math.min(least, pace.dueMs(intervalMs)),
      nowMs + longestIdleMs,
    )
    const firstTick = Math.ceil((Math.max(nowMs, dueMs) - startMs) / intervalMs - 1e-9)
    const nextMs = startMs + intervalMs * Math.max(tick + 1, firstTick)
    const denseMs = Math.max(deadlineMs + energyLimits.burstMs, nowMs)
    deadlineMs = denseMs <= burstUntilMs() ? Math.min(denseMs, nextMs) : nextMs
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
