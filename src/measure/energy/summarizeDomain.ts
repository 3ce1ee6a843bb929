/** The figures of one domain: energy in the window, power, idle power and uncertainty, with what is wrong with them. */

import { msToSeconds } from '../../core/units.ts'
import { type Warning, warn } from '../../core/warnings.ts'
import type { DomainEnergy, Window } from '../../store/resultFile.ts'
import type { DomainSeries } from './domainSeries.ts'
import { type WindowEnergy, windowEnergy } from './windowEnergy.ts'

export interface Windows {
  window: Window
  /** Before the model was loaded; null when there was no such window. */
  idle: Window | null
  /** With the model loaded and no request; null when there was no such window. */
  loadedIdle: Window | null
}

/** Fewer changes than this say little about a mean (llenergymeasure 0.9 warned at the same count). */
const leastReadCount = 10

export function summarizeDomain(
  series: DomainSeries,
  { window, idle, loadedIdle }: Windows,
): { energy: DomainEnergy; warnings: Warning[] } {
  const { domain } = series
  const found = windowEnergy(series, window)
  const before = idlePower(series, idle)
  const loaded = idlePower(series, loadedIdle)
  const energyJ = found.status === 'known' ? found.energyJ : null
  const aboveIdle = aboveIdleOf(found, window, before)
  const aboveLoadedIdle = aboveIdleOf(found, window, loaded)
  const energy: DomainEnergy = {
    domain,
    energyJ,
    uncertaintyJ: found.status === 'known' ? uncertaintyJ(series, found, window) : null,
    meanPowerW: energyJ === null ? null : energyJ / secondsOf(window),
    maxPowerW: found.status === 'known' ? found.maxPowerW : null,
    idlePowerW: before.powerW,
    loadedIdlePowerW: loaded.powerW,
    energyAboveIdleJ: aboveIdle?.energyJ ?? null,
    energyAboveLoadedIdleJ: aboveLoadedIdle?.energyJ ?? null,
    readCount: found.readCount,
  }
  if (found.status === 'unknown') return { energy, warnings: [found.warning] }
  const warnings = [
    ...fewReadings(energy),
    ...before.warnings,
    ...loaded.warnings,
    ...belowIdle(domain.id, [aboveIdle, aboveLoadedIdle]),
  ]
  return { energy, warnings }
}

const secondsOf = ({ startMs, endMs }: Window): number => msToSeconds(endMs - startMs)

type KnownEnergy = Extract<WindowEnergy, { status: 'known' }>

interface IdlePower {
  powerW: number | null
  /** Standard deviation from the edges of the idle window. */
  powerSdW: number
  warnings: Warning[]
}

function idlePower(series: DomainSeries, window: Window | null): IdlePower {
  if (window === null) return { powerW: null, powerSdW: 0, warnings: [] }
  const found = windowEnergy(series, window)
  if (found.status === 'known') {
    const seconds = secondsOf(window)
    const powerSdW = edgeSdJ(found, window) / seconds
    return { powerW: found.energyJ / seconds, powerSdW, warnings: [] }
  }
  const data = { domain: series.domain.id, cause: found.warning.message }
  return { powerW: null, powerSdW: 0, warnings: [warn('IDLE_POWER_UNKNOWN', data)] }
}

/** Energy above what idling would have used; null when one of the two is unknown. */
interface AboveIdle {
  energyJ: number
  /** Standard deviation from the edges of both windows. The gain of the sensor is the same in both. */
  energySdJ: number
}

function aboveIdleOf(found: WindowEnergy, window: Window, idle: IdlePower): AboveIdle | null {
  if (found.status === 'unknown' || idle.powerW === null) return null
  const seconds = secondsOf(window)
  return {
    energyJ: found.energyJ - idle.powerW * seconds,
    energySdJ: Math.hypot(edgeSdJ(found, window), idle.powerSdW * seconds),
  }
}

/** Half-width of a 95 % interval is this many standard deviations of a normal distribution. */
const normalQuantile975 = 1.96

/**
 * Two terms in quadrature (GUM, JCGM 100:2008, 5.1.2), half-width of 95 %: the edges of the window, and the gain of the
 * sensor, which is the same in every window. A model has no such terms: its error is not known.
 */
function uncertaintyJ({ domain }: DomainSeries, found: KnownEnergy, window: Window): number | null {
  if (domain.method === 'estimate') return null
  return (
    normalQuantile975 * Math.hypot(edgeSdJ(found, window), domain.gainUncertainty * found.energyJ)
  )
}

/**
 * Each end of the window lies anywhere within one publish period T, so the difference of the two has a triangular error
 * with sd = P * T / sqrt(6) (docs/methodology.md, Uncertainty).
 */
function edgeSdJ({ energyJ, edgeMs }: KnownEnergy, { startMs, endMs }: Window): number {
  return (energyJ * (edgeMs / (endMs - startMs))) / Math.sqrt(6)
}

function fewReadings({ domain, readCount }: DomainEnergy): Warning[] {
  if (readCount >= leastReadCount) return []
  return [warn('FEW_READINGS', { domain: domain.id, readCount, leastCount: leastReadCount })]
}

/** The worse of both, when it is below zero by more than the edges of the windows explain. */
function belowIdle(domain: string, found: readonly (AboveIdle | null)[]): Warning[] {
  const below = found.flatMap((above) =>
    above !== null && above.energyJ < -normalQuantile975 * above.energySdJ ? [above.energyJ] : [],
  )
  if (below.length === 0) return []
  return [warn('ENERGY_BELOW_IDLE', { domain, energyAboveIdleJ: Math.min(...below) })]
}
