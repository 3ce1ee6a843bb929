/** How much of a domain's energy somebody else may have used. */

import type { EnergyDomain } from '../../core/energyDomain.ts'

export interface OtherUse {
  /** Part of the CPU time of the window that other programs used, 0 to 1; null or absent when unknown. */
  otherCpuShare?: number | null
}

/**
 * Of the energy above idle, programs that took a share of the CPU time used between nothing and that share, evenly: sd =
 * share E / sqrt(12) (GUM, JCGM 100:2008, 4.3.7). A board has no such account; who else is on it is warned of instead.
 */
export function attributionSdJ(
  { scope }: EnergyDomain,
  aboveIdleJ: number,
  { otherCpuShare }: OtherUse,
): number {
  return cpuScopes.has(scope) ? ((otherCpuShare ?? 0) * aboveIdleJ) / Math.sqrt(12) : 0
}

const cpuScopes: ReadonlySet<EnergyDomain['scope']> = new Set<EnergyDomain['scope']>([
  'package',
  'core',
  'uncore',
  'dram',
  'system',
])
