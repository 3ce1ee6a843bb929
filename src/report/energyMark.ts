/** What stands behind a figure of energy that no sensor measured. */

import type { TotalEnergy } from '../store/resultFile.ts'

/** Empty for a measured one. */
export function energyMark({ isEstimate, isSynthetic }: TotalEnergy): string {
  if (isSynthetic) return ' (synthetic: no sensor of this machine)'
  return isEstimate ? ' (estimate)' : ''
}
