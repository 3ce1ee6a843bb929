/** The energy of one domain in one window: by its counter where it has one, else by integrating its power. */

import type { Warning } from '../../core/warnings.ts'
import type { Window } from '../../store/resultFile.ts'
import { counterEnergy } from './counterEnergy.ts'
import type { DomainSeries } from './domainSeries.ts'
import { powerEnergy } from './powerEnergy.ts'

export type WindowEnergy =
  | {
      status: 'known'
      energyJ: number
      /** Standard uncertainty from where the window begins and ends between two values of the sensor. */
      boundaryJ: number
      /** Standard uncertainty from what the sensor did not look at. */
      samplingJ: number
      /** Standard uncertainty from the smallest step of the sensor; 0 when the step is not known. */
      resolutionJ: number
      /** Readings in the window that changed. */
      readCount: number
      maxPowerW: number | null
    }
  | { status: 'unknown'; warning: Warning; readCount: number }

export function windowEnergy(series: DomainSeries, window: Window): WindowEnergy {
  switch (series.domain.method) {
    case 'counter':
      return counterEnergy(series, window)
    case 'power':
      return powerEnergy(series, window)
    case 'estimate':
      return series.readings.some(({ joules }) => joules !== null)
        ? counterEnergy(series, window)
        : powerEnergy(series, window)
  }
}
