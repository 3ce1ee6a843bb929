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
      /** How far apart the values are that bound the window, in milliseconds: what its edges are uncertain by. */
      edgeMs: number
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
