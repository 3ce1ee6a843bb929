/** Whether a domain has shown everything that happened up to a moment. */

import type { EnergyDomain } from '../../core/energyDomain.ts'
import type { EnergyReading } from '../../energy/energySource.ts'
import { sensorDelayMs } from '../sensorDelayMs.ts'

/**
 * A counter has when it was seen to change at that moment or later: the joules before it lie between two changes then.
 * Watts have when they were read a publish period and the delay of the sensor later. `readings` are those of all domains, in order of time.
 */
export function isSettled(
  domain: EnergyDomain,
  readings: readonly EnergyReading[],
  atMs: number,
): boolean {
  const { id, method, updatePeriodMs } = domain
  const lateMs = sensorDelayMs(domain) + (updatePeriodMs ?? 0)
  let laterJ: number | null = null
  for (let index = readings.length - 1; index >= 0; index--) {
    const reading = readings[index]
    if (reading?.domain !== id) continue
    const { joules, watts } = reading
    if (joules !== null && laterJ !== null && joules !== laterJ) return true
    if (reading.atMs < atMs) return false
    if (method !== 'counter' && watts !== null && reading.atMs >= atMs + lateMs) return true
    laterJ = joules ?? laterJ
  }
  return false
}
