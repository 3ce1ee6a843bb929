/** The figures of one domain: energy in the window, power, idle power and uncertainty, with what is wrong with them. */

import { msToSeconds } from '../../core/units.ts'
import { type Warning, warn } from '../../core/warnings.ts'
import type { DomainEnergy, UncertaintyBudget, Window } from '../../store/resultFile.ts'
import { energyLimits } from '../energyLimits.ts'
import { type AlignedEnergy, alignedEnergy, type QuietTimes } from './alignedEnergy.ts'
import { alignedPower } from './alignedPower.ts'
import { attributionSdJ, type OtherUse } from './attributionSdJ.ts'
import type { DomainSeries } from './domainSeries.ts'
import { type IdlePower, idlePower } from './idlePower.ts'
import { uncertaintyBudget } from './uncertaintyBudget.ts'
import { type WindowEnergy, windowEnergy } from './windowEnergy.ts'

export interface Windows extends OtherUse {
  window: Window
  /** Before the model was loaded; null when there was no such window. */
  idle: Window | null
  /** Idle power by domain that an earlier run measured; null or absent where this one did. */
  keptIdle?: ReadonlyMap<string, IdlePower> | null
  /** With the model loaded and no request; null when there was no such window. */
  loadedIdle: Window | null
  /** Around the window; null or absent when the counters were not polled there. */
  quiet?: QuietTimes | null
}

export function summarizeDomain(
  series: DomainSeries,
  windows: Windows,
): { energy: DomainEnergy; warnings: Warning[] } {
  const { domain } = series
  const { window, quiet = null } = windows
  const plain = windowEnergy(series, window)
  const aligned =
    plain.status === 'unknown' || quiet === null ? null : alignedOf(series, window, quiet)
  const before = windows.keptIdle?.get(domain.id) ?? idlePower(series, windows.idle)
  const loaded = idlePower(series, windows.loadedIdle)
  const found = bestOf(plain, aligned)
  const energyJ = found?.energyJ ?? null
  const budget = (idle: IdlePower | null): UncertaintyBudget | null =>
    found === null ? null : budgetOf(series, found, idle, { loaded, before, windows })
  const aboveIdleJ = aboveIdleOf(found, window, before)
  const aboveLoadedIdleJ = aboveIdleOf(found, window, loaded)
  const uncertainty = budget(null)
  const energy: DomainEnergy = {
    domain,
    energyJ,
    plainEnergyJ: plain.status === 'known' ? plain.energyJ : null,
    alignedEnergyJ: aligned?.energyJ ?? null,
    uncertaintyJ: uncertainty?.expandedJ ?? null,
    uncertainty,
    meanPowerW: energyJ === null ? null : energyJ / secondsOf(window),
    maxPowerW: found?.maxPowerW ?? null,
    idlePowerW: before.powerW,
    loadedIdlePowerW: loaded.powerW,
    energyAboveIdleJ: aboveIdleJ,
    aboveIdleUncertainty: aboveIdleJ === null ? null : budget(before),
    energyAboveLoadedIdleJ: aboveLoadedIdleJ,
    aboveLoadedIdleUncertainty: aboveLoadedIdleJ === null ? null : budget(loaded),
    readCount: plain.readCount,
  }
  if (plain.status === 'unknown') return { energy, warnings: [plain.warning] }
  return {
    energy,
    warnings: [
      ...fewReadings(energy),
      ...before.warnings,
      ...loaded.warnings,
      ...belowIdle(energy, window),
      ...idleAboveLoaded(domain.id, before, loaded),
    ],
  }
}

function alignedOf(series: DomainSeries, window: Window, quiet: QuietTimes): AlignedEnergy | null {
  switch (series.domain.method) {
    case 'counter':
      return alignedEnergy(series, window, quiet)
    case 'power':
      return alignedPower(series, window, quiet)
    case 'estimate':
      return null
  }
}

const secondsOf = ({ startMs, endMs }: Window): number => msToSeconds(endMs - startMs)

type KnownEnergy = Extract<WindowEnergy, { status: 'known' }>

/** Between the changes around the window where they were seen, else by the line through the readings. */
function bestOf(plain: WindowEnergy, aligned: AlignedEnergy | null): KnownEnergy | null {
  if (plain.status === 'unknown') return null
  return { ...plain, ...aligned }
}

/** Energy above what idling would have used; null when one of the two is unknown. */
function aboveIdleOf(found: KnownEnergy | null, window: Window, idle: IdlePower): number | null {
  if (found === null || idle.powerW === null) return null
  return found.energyJ - idle.powerW * secondsOf(window)
}

/**
 * The terms of the energy, or of the energy above `idle`. The gain of a sensor is the same in both windows, so what is above
 * idle is off by the gain of the difference. A model has no such terms: its error is not known.
 */
function budgetOf(
  { domain }: DomainSeries,
  found: KnownEnergy,
  idle: IdlePower | null,
  { loaded, before, windows }: { loaded: IdlePower; before: IdlePower; windows: Windows },
): UncertaintyBudget | null {
  if (domain.method === 'estimate') return null
  const seconds = secondsOf(windows.window)
  const { energyJ, boundaryJ, samplingJ, resolutionJ } = found
  const activeJ = Math.max(0, energyJ - (before.powerW ?? loaded.powerW ?? 0) * seconds)
  return uncertaintyBudget({
    boundaryJ,
    samplingJ,
    gainJ: domain.gainUncertainty * Math.abs(energyJ - (idle?.powerW ?? 0) * seconds),
    resolutionJ,
    baselineJ: idle === null ? 0 : idle.powerSdW * seconds,
    attributionJ: attributionSdJ(domain, activeJ, windows),
  })
}

function fewReadings({ domain, readCount }: DomainEnergy): Warning[] {
  const { leastReadCount } = energyLimits
  if (readCount >= leastReadCount) return []
  return [warn('FEW_READINGS', { domain: domain.id, readCount, leastCount: leastReadCount })]
}

/** The worse of both, when it is below zero by more than its uncertainty and a drift of idle power explain. */
function belowIdle(energy: DomainEnergy, window: Window): Warning[] {
  const figures = [
    [energy.energyAboveIdleJ, energy.aboveIdleUncertainty, energy.idlePowerW],
    [energy.energyAboveLoadedIdleJ, energy.aboveLoadedIdleUncertainty, energy.loadedIdlePowerW],
  ] as const
  const below = figures.flatMap(([energyJ, uncertainty, idleW]) => {
    const driftJ = energyLimits.idleDriftShare * (idleW ?? 0) * secondsOf(window)
    const allowedJ = (uncertainty?.expandedJ ?? 0) + driftJ
    return energyJ !== null && energyJ < -allowedJ ? [energyJ] : []
  })
  if (below.length === 0) return []
  const data = { domain: energy.domain.id, energyAboveIdleJ: Math.min(...below) }
  return [warn('ENERGY_BELOW_IDLE', data)]
}

/** By more than the drift at which a kept idle power is measured again, and than both are uncertain by. */
function idleAboveLoaded(domain: string, before: IdlePower, loaded: IdlePower): Warning[] {
  const { powerW: idlePowerW } = before
  const { powerW: loadedIdlePowerW } = loaded
  if (idlePowerW === null || loadedIdlePowerW === null) return []
  const sdW = Math.hypot(before.powerSdW, loaded.powerSdW)
  const allowedW = energyLimits.baselineDriftShare * loadedIdlePowerW + 2 * sdW
  if (idlePowerW - loadedIdlePowerW <= allowedW) return []
  return [warn('IDLE_ABOVE_LOADED', { domain, idlePowerW, loadedIdlePowerW })]
}
