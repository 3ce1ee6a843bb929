/** Power of a domain in a window in which nothing was asked of the machine. */

import { msToSeconds } from '../../core/units.ts'
import { type Warning, warn } from '../../core/warnings.ts'
import type { Window } from '../../store/resultFile.ts'
import type { DomainSeries } from './domainSeries.ts'
import { windowEnergy } from './windowEnergy.ts'

export interface IdlePower {
  powerW: number | null
  /** Standard uncertainty of everything but gain, which is the same in the window itself. */
  powerSdW: number
  warnings: Warning[]
}

/** Null power without a warning where there was no such window. */
export function idlePower(series: DomainSeries, window: Window | null): IdlePower {
  if (window === null) return { powerW: null, powerSdW: 0, warnings: [] }
  const found = windowEnergy(series, window)
  if (found.status === 'known') {
    const seconds = msToSeconds(window.endMs - window.startMs)
    const { boundaryJ, samplingJ, resolutionJ } = found
    const powerSdW = Math.hypot(boundaryJ, samplingJ, resolutionJ) / seconds
    return { powerW: found.energyJ / seconds, powerSdW, warnings: [] }
  }
  const data = { domain: series.domain.id, cause: found.warning.message }
  return { powerW: null, powerSdW: 0, warnings: [warn('IDLE_POWER_UNKNOWN', data)] }
}
