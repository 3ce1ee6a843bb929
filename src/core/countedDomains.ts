/** Which domains make up the machine's total, so that every joule is counted once. */

import { containsDomain } from './containsDomain.ts'
import type { EnergyDomain } from './energyDomain.ts'

/**
 * The domains that no other domain here contains or repeats, ordered by id so that a sum does not depend on who was listed
 * first.
 */
export function countedDomains(domains: readonly EnergyDomain[]): EnergyDomain[] {
  return domains
    .filter(
      (inner) =>
        !domains.some(
          (outer) => outer !== inner && (containsDomain(outer, inner) || isRepeated(inner, outer)),
        ),
    )
    .sort((a, b) => (a.id < b.id ? -1 : 1))
}

/** Two sources that read the same of one device, as the driver and ACPI do of a module: one counts, a counter before watts. */
function isRepeated(domain: EnergyDomain, other: EnergyDomain): boolean {
  const areTwins =
    domain.scope === other.scope && domain.deviceId !== null && domain.deviceId === other.deviceId
  return areTwins && rankOf(other) < rankOf(domain)
}

const methods: readonly EnergyDomain['method'][] = ['counter', 'power', 'estimate']
const rankOf = ({ id, method }: EnergyDomain): string => `${methods.indexOf(method)} ${id}`
