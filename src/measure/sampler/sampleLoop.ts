/** Reads every meter at absolute deadlines until it is told to stop. Knows neither threads nor how to wait. */

import type { Clock } from '../../core/clock.ts'
import type { EnergyMeter, EnergyReading } from '../../energy/energySource.ts'

export interface LoopOptions {
  meters: readonly EnergyMeter[]
  intervalMs: number
  clock: Clock
  /** Waits until `deadlineMs`, or until the signal aborts. */
  pauseUntil(deadlineMs: number): Promise<void>
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
 * is left out: readings in a burst would tell nothing new.
 */
export async function sampleLoop(options: LoopOptions): Promise<void> {
  const { meters, intervalMs, clock, pauseUntil, onTick, signal } = options
  const startMs = clock.nowMs()
  let tick = 0
  for (;;) {
    const deadlineMs = startMs + tick * intervalMs
    await pauseUntil(deadlineMs)
    if (signal.aborted) return
    const wokeMs = clock.nowMs()
    // One tight pass over all meters, so that the readings of a tick belong to nearly one moment.
    const readings = meters.flatMap((meter) => readMeter(meter, clock))
    onTick({ deadlineMs, wokeMs, readings })
    tick = Math.max(tick + 1, Math.ceil((clock.nowMs() - startMs) / intervalMs))
  }
}

function readMeter(meter: EnergyMeter, clock: Clock): EnergyReading[] {
  try {
    return meter.read()
  } catch {
    // A sensor that fails must not end the sampler: a missing value is data, and the accounting reports it.
    const atMs = clock.nowMs()
    return meter.domains.map(({ id }) => ({ domain: id, atMs, joules: null, watts: null }))
  }
}
