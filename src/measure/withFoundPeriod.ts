/** A domain with the publish period that its own readings show, where its source does not state it or states another. */

import type { EnergyDomain } from '../core/energyDomain.ts'
import type { EnergyReading } from '../energy/energySource.ts'
import { energyLimits } from './energyLimits.ts'
import { periodFinder } from './periodFinder.ts'

/** `readings` are those of the domain, in order of time. */
export function withFoundPeriod(
  domain: EnergyDomain,
  readings: readonly EnergyReading[],
): EnergyDomain {
  const { method } = domain
  // What is made up follows its own schedule; a model publishes whenever it is asked.
  if (method === 'estimate') return domain
  const finder = periodFinder(method)
  for (const { atMs, joules, watts } of readings) {
    finder.add(atMs, method === 'counter' ? joules : watts)
  }
  const periodMs = finder.periodMs()
  return periodMs === null || !isNews(domain, periodMs)
    ? domain
    : { ...domain, updatePeriodMs: periodMs, isPeriodFound: true }
}

/** Power that does not move looks as if it were published more rarely: of it only a shorter period is news. */
function isNews({ method, updatePeriodMs }: EnergyDomain, foundMs: number): boolean {
  if (updatePeriodMs === null) return true
  const ratio = foundMs / updatePeriodMs
  const { tolerance } = energyLimits.period
  return ratio < 1 - tolerance || (method === 'counter' && ratio > 1 + tolerance)
}
