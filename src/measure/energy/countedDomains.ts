/** Which domains make up the machine's total, so that every joule is counted once. */

import type { EnergyDomain } from '../../core/energyDomain.ts'

/** The domains that no other domain here contains, ordered by id so that a sum does not depend on who was listed first. */
export function countedDomains(domains: readonly EnergyDomain[]): EnergyDomain[] {
  return domains
    .filter((inner) => !domains.some((outer) => outer !== inner && holds(outer, inner)))
    .sort((a, b) => (a.id < b.id ? -1 : 1))
}

/**
 * What a source states (`contains`) and what the scopes say by themselves: sources do not know of each other's domains.
 * The wall holds all; the system (psys) holds the CPU side but no board, a package its cores (METROLOGY 3.5); a module
 * holds what carries its own device (Grace Hopper, METROLOGY 3.4). Board, package and DRAM lie beside each other.
 */
function holds(outer: EnergyDomain, inner: EnergyDomain): boolean {
  if (outer.contains.includes(inner.id)) return true
  switch (outer.scope) {
    case 'wall':
      return inner.scope !== 'wall'
    case 'system':
      return cpuScopes.some((scope) => scope === inner.scope)
    case 'module':
      return (
        inner.scope !== 'module' && outer.deviceId !== null && outer.deviceId === inner.deviceId
      )
    case 'package':
      return inner.scope === 'core' || inner.scope === 'uncore'
    case 'board':
    case 'core':
    case 'uncore':
    case 'dram':
      return false
  }
}

const cpuScopes: readonly EnergyDomain['scope'][] = ['package', 'core', 'uncore', 'dram']
