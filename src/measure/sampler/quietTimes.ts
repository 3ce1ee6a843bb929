/** How long to hold still on each side of a window, to tell what lies inside it from what lies outside. */

import type { EnergyDomain } from '../../core/energyDomain.ts'
import { energyLimits } from '../energyLimits.ts'
import { powerReachMs } from '../sensorDelayMs.ts'

export interface QuietPlan {
  /** Of each side; 0 when there is no sensor to align to. */
  quietMs: number
  /** Part of it, next to the window, in which the counters are polled for their changes. */
  burstMs: number
}

/** A slow sensor is left out: nobody waits seconds for it around every window. */
export function planQuiet(domains: readonly EnergyDomain[]): QuietPlan {
  const { leastMarginMs, marginPeriods } = energyLimits
  const countersMs = domains.flatMap(({ method, updatePeriodMs }) =>
    method === 'counter' && updatePeriodMs !== null
      ? Math.max(leastMarginMs, marginPeriods * updatePeriodMs)
      : [],
  )
  const burstMs = longest(countersMs)
  return {
    burstMs,
    quietMs: longest([burstMs, ...domains.flatMap((one) => powerQuietMs(one) ?? [])]),
  }
}

const longest = (marginsMs: readonly number[]): number =>
  Math.max(0, ...marginsMs.filter((marginMs) => marginMs <= energyLimits.longestMarginMs))

/** Null when the domain does not say how long it averages. */
function powerQuietMs(domain: EnergyDomain): number | null {
  const reachMs = powerReachMs(domain)
  if (reachMs === null || domain.updatePeriodMs === null) return null
  return 2 * reachMs + energyLimits.quietPeriods * domain.updatePeriodMs
}
