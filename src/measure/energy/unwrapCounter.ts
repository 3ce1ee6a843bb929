/** An energy counter as a line through the moments at which it changed: joules that only grow. */

import type { EnergyDomain } from '../../core/energyDomain.ts'
import type { EnergyReading } from '../../energy/energySource.ts'

/** The value that the counter took at `atMs`, in joules since the first reading. */
export interface CounterPoint {
  atMs: number
  energyJ: number
  /** How far the counter fell to get here, when that was no wrap; the energy of this step is unknown. */
  dropJ: number | null
  /** The change happened within this time before `atMs`: since the reading before. 0 for the first reading. */
  stampMs: number
}

/**
 * The first reading and every one that differs from the one before it. A sensor publishes now and then and is read in
 * between: only a change carries news, and it is stamped with the first reading that showed it.
 *
 * A fall by more than half the range is a wrap, a smaller one a counter that ran backwards. So at most one wrap may lie
 * between two readings: a 32-bit RAPL counter at 350 W wraps every 187 s (65 536 J, kernel documentation of the powercap
 * class), and two wraps look like none.
 */
export function unwrapCounter(
  readings: readonly EnergyReading[],
  { wrapsAtJ }: Pick<EnergyDomain, 'wrapsAtJ'>,
): CounterPoint[] {
  const points: CounterPoint[] = []
  let previousJ: number | null = null
  let energyJ = 0
  let readMs: number | null = null
  for (const { atMs, joules } of readings) {
    if (joules === null) continue
    const stampMs: number = atMs - (readMs ?? atMs)
    readMs = atMs
    if (joules === previousJ) continue
    const rise: number = previousJ === null ? 0 : joules - previousJ
    const isWrap = wrapsAtJ !== null && rise < -wrapsAtJ / 2
    const dropJ = rise < 0 && !isWrap ? -rise : null
    if (dropJ === null) energyJ += isWrap ? rise + wrapsAtJ : rise
    points.push({ atMs, energyJ, dropJ, stampMs })
    previousJ = joules
  }
  return points
}

/** How late a change may have been seen: since the reading before, and no longer than the sensor's own period. */
export function stampOf(
  { updatePeriodMs }: Pick<EnergyDomain, 'updatePeriodMs'>,
  { stampMs }: CounterPoint,
): number {
  return Math.min(stampMs, updatePeriodMs ?? stampMs)
}
