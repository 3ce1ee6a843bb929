/** How much later than it happened a power sensor shows something, on average. */

import type { EnergyDomain } from '../core/energyDomain.ts'

/**
 * Half of what it averages over, half of the period that a value then stands for, and its lag (Yang et al., SC24, shift the
 * series by it). 0 when nothing of this is known: what a source does not state is not guessed.
 */
export function sensorDelayMs(domain: EnergyDomain): number {
  const { method, averagingWindowMs, lagMs, updatePeriodMs } = domain
  if (method !== 'power' || (averagingWindowMs == null && lagMs == null)) return 0
  return (lagMs ?? 0) + ((averagingWindowMs ?? 0) + (updatePeriodMs ?? 0)) / 2
}

/** How far a step of power reaches to each side in what a power sensor shows, its delay taken off; null when unknown. */
export function powerReachMs({
  method,
  averagingWindowMs,
  updatePeriodMs,
}: EnergyDomain): number | null {
  if (method !== 'power' || averagingWindowMs == null || updatePeriodMs === null) return null
  return (averagingWindowMs + updatePeriodMs) / 2
}
