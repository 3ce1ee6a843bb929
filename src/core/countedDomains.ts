/** Which domains make up the machine's total, so that every joule is counted once. */

import { containsDomain } from './containsDomain.ts'
import type { EnergyDomain } from './energyDomain.ts'

/** The domains that no other domain here contains, ordered by id so that a sum does not depend on who was listed first. */
export function countedDomains(domains: readonly EnergyDomain[]): EnergyDomain[] {
  return domains
    .filter((inner) => !domains.some((outer) => outer !== inner && containsDomain(outer, inner)))
    .sort((a, b) => (a.id < b.id ? -1 : 1))
}
