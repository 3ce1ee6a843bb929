/** The readings of one domain, in order of time, however they were interleaved. */

import type { EnergyDomain } from '../../core/energyDomain.ts'
import type { EnergyReading } from '../../energy/energySource.ts'

export interface DomainSeries {
  domain: EnergyDomain
  /** In order of time; a reading that failed has neither joules nor watts. */
  readings: readonly EnergyReading[]
  /** Median time between two readings in milliseconds; null below two readings. */
  spacingMs: number | null
}

/** One series per domain, in the order of the domains. Readings of an unknown domain are left out. */
export function domainSeries(
  domains: readonly EnergyDomain[],
  readings: readonly EnergyReading[],
): DomainSeries[] {
  const byDomain = new Map<string, EnergyReading[]>(domains.map(({ id }) => [id, []]))
  for (const reading of readings) byDomain.get(reading.domain)?.push(reading)
  return domains.map((domain) => {
    const own = (byDomain.get(domain.id) ?? []).sort((a, b) => a.atMs - b.atMs)
    return { domain, readings: own, spacingMs: medianSpacingMs(own) }
  })
}

/** Median of the times between neighbors; null below two. */
export function medianSpacingMs(points: readonly { atMs: number }[]): number | null {
  const spacings = points
    .slice(1)
    .map(({ atMs }, index) => atMs - (points[index]?.atMs ?? atMs))
    .sort((a, b) => a - b)
  return spacings[Math.floor((spacings.length - 1) / 2)] ?? null
}
