/** Whether the energy of one domain is already inside another. */

import type { EnergyDomain } from './energyDomain.ts'

/**
 * What a source states (`contains`) and what the scopes say by themselves: sources do not know of each other's domains.
 * The wall contains all, the chassis all but the wall; the system (RAPL's psys) the CPU side but no board; a package its cores; a module (Grace Hopper)
 * what carries its own device, and the CPU side, which every module we know carries. Board, package and DRAM lie beside
 * each other (docs/methodology.md, Total).
 */
export function containsDomain(outer: EnergyDomain, inner: EnergyDomain): boolean {
  if (outer.contains.includes(inner.id)) return true
  switch (outer.scope) {
    case 'wall':
      return inner.scope !== 'wall'
    case 'chassis':
      return inner.scope !== 'wall' && inner.scope !== 'chassis'
    case 'system':
      return cpuScopes.includes(inner.scope)
    case 'module':
      if (inner.scope === 'module') return false
      return inner.deviceId === null
        ? cpuScopes.includes(inner.scope)
        : inner.deviceId === outer.deviceId
    case 'package':
      return inner.scope === 'core' || inner.scope === 'uncore'
    case 'board':
    case 'core':
    case 'uncore':
    case 'dram':
    case 'memory':
    case 'part':
      return false
  }
}

const cpuScopes: readonly EnergyDomain['scope'][] = ['package', 'core', 'uncore', 'dram']
