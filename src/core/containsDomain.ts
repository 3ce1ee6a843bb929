/** Whether the energy of one domain is already inside another. */

import type { EnergyDomain } from './energyDomain.ts'

/**
 * What a source states (`contains`) and what the scopes say by themselves: sources do not know of each other's domains.
 * The wall contains all; the system (RAPL's psys) the CPU side but no board; a package its cores; a module, as on Grace
 * Hopper, what carries its own device. Board, package and DRAM lie beside each other (docs/methodology.md, Total).
 */
export function containsDomain(outer: EnergyDomain, inner: EnergyDomain): boolean {
  if (outer.contains.includes(inner.id)) return true
  switch (outer.scope) {
    case 'wall':
      return inner.scope !== 'wall'
    case 'system':
      return cpuScopes.includes(inner.scope)
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
