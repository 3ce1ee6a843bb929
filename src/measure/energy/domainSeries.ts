/** The readings of one domain, in order of time, however they were interleaved. */

import type { EnergyDomain } from '../../core/energyDomain.ts'
import type { EnergyReading } from '../../energy/energySource.ts'
import { withFoundPeriod } from '../withFoundPeriod.ts'

export interface DomainSeries {
  domain: EnergyDomain
  /** In order of time; a reading that failed has neither joules nor watts. */
  readings: readonly EnergyReading[]
  /** Time between two readings that half of the time was read at, in milliseconds; null below two readings. */
  spacingMs: number | null
}

/** One series per domain, in the order of the domains, each with the period that its readings show. Readings of an unknown domain are left out. */
export function domainSeries(
  domains: readonly EnergyDomain[],
  readings: readonly EnergyReading[],
): DomainSeries[] {
  const byDomain = new Map<string, EnergyReading[]>(domains.map(({ id }) => [id, []]))
  for (const reading of readings) byDomain.get(reading.domain)?.push(reading)
  return domains.map((domain) => {
    const own = (byDomain.get(domain.id) ?? []).sort((a, b) => a.atMs - b.atMs)
    return { domain: withFoundPeriod(domain, own), readings: own, spacingMs: usualSpacingMs(own) }
  })
}

/** Weighted by time, so that the dense readings around a window do not count for more than they lasted. */
function usualSpacingMs(points: readonly { atMs: number }[]): number | null {
  const spacings = spacingsMs(points)
  let restMs = spacings.reduce((sum, each) => sum + each, 0) / 2
  for (const each of spacings) {
    restMs -= each
    if (restMs <= 0) return each
  }
  return null
}

/** Median of the times between neighbors; null below two. */
export function medianSpacingMs(points: readonly { atMs: number }[]): number | null {
  const spacings = spacingsMs(points)
  return spacings[Math.floor((spacings.length - 1) / 2)] ?? null
}

/** Times between neighbors, ascending. */
function spacingsMs(points: readonly { atMs: number }[]): Float64Array {
  const spacings = new Float64Array(Math.max(0, points.length - 1))
  for (let index = 0; index < spacings.length; index++) {
    spacings[index] = (points[index + 1]?.atMs ?? 0) - (points[index]?.atMs ?? 0)
  }
  return spacings.sort()
}
