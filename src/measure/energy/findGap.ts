/** Whether the readings of a domain reach over a whole window, and if not, the warning that says what is missing. */

import { formatDuration } from '../../core/units.ts'
import { type Warning, warn } from '../../core/warnings.ts'
import type { EnergyReading } from '../../energy/energySource.ts'
import type { Window } from '../../store/resultFile.ts'
import type { DomainSeries } from './domainSeries.ts'

/** Null when `read`, the readings that succeeded, cover the window to within `reachMs` at both ends. */
export function findGap(
  { domain, readings }: DomainSeries,
  read: readonly EnergyReading[],
  window: Window,
  reachMs: number,
): Warning | null {
  const unknown = (cause: string): Warning => warn('ENERGY_UNKNOWN', { domain: domain.id, cause })
  const [first, last] = [read.at(0), read.at(-1)]
  if (window.endMs <= window.startMs) return unknown('the window has no length')
  if (first === undefined || last === undefined) {
    return unknown(readings.length === 0 ? 'it was never read' : 'every reading of it failed')
  }
  const lateMs = first.atMs - window.startMs
  if (lateMs > reachMs) {
    return unknown(`its first reading came ${formatDuration(lateMs)} after the window began`)
  }
  const earlyMs = window.endMs - last.atMs
  if (earlyMs <= reachMs) return null
  if (readings.at(-1) === last) {
    return unknown(`its last reading came ${formatDuration(earlyMs)} before the window ended`)
  }
  const readCount = read.filter(within(window)).length
  const missingCount = readings.filter(within(window)).length - readCount
  return warn('SENSOR_VANISHED', { domain: domain.id, readCount, missingCount })
}

/** Tests whether a point lies in the window, its start left out so that windows that meet share nothing. */
export function within({ startMs, endMs }: Window): (point: { atMs: number }) => boolean {
  return ({ atMs }) => atMs > startMs && atMs <= endMs
}
