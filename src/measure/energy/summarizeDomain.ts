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
  const durationMs = window.endMs - window.startMs
  const found = windowEnergy(series, window)
  const before = idlePower(series, idle)
  const loaded = idlePower(series, loadedIdle)
  const energyJ = found.status === 'known' ? found.energyJ : null
  const aboveJ = (idleW: number | null): number | null =>
    energyJ === null || idleW === null ? null : energyJ - idleW * msToSeconds(durationMs)
  const energy: DomainEnergy = {
    domain,
    energyJ,
    uncertaintyJ: found.status === 'known' ? uncertaintyJ(series, found, durationMs) : null,
    meanPowerW: energyJ === null ? null : energyJ / msToSeconds(durationMs),
    maxPowerW: found.status === 'known' ? found.maxPowerW : null,
    idlePowerW: before.powerW,
    loadedIdlePowerW: loaded.powerW,
    energyAboveIdleJ: aboveJ(before.powerW),
    energyAboveLoadedIdleJ: aboveJ(loaded.powerW),
    readCount: found.readCount,
  }
  if (found.status === 'unknown') return { energy, warnings: [found.warning] }
  const warnings = [
    ...fewReadings(energy),
    ...before.warnings,
    ...loaded.warnings,
    ...belowIdle(energy),
  ]
  return { energy, warnings }
}

function idlePower(
  series: DomainSeries,
  window: Window | null,
): { powerW: number | null; warnings: Warning[] } {
  if (window === null) return { powerW: null, warnings: [] }
  const found = windowEnergy(series, window)
  if (found.status === 'known') {
    return {
      powerW: found.energyJ / msToSeconds(window.endMs - window.startMs),
      warnings: [],
    }
  }
  const data = { domain: series.domain.id, cause: found.warning.message }
  return { powerW: null, warnings: [warn('IDLE_POWER_UNKNOWN', data)] }
}

/** Half-width of a 95 % interval is this many standard deviations of a normal distribution. */
const normalQuantile975 = 1.96

/**
 * Two terms in quadrature (GUM, JCGM 100:2008, 5.1.2), half-width of 95 %.
 * Edges: each end of the window lies anywhere within one publish period T, so the difference has a triangular error with
 * sd = P * T / sqrt(6) (docs/methodology.md, Uncertainty). Gain: the sensor's own relative uncertainty, the same in every window.
 * A model has no such terms: its error is not known.
 */
function uncertaintyJ(
  { domain }: DomainSeries,
  { energyJ, edgeMs }: Extract<WindowEnergy, { status: 'known' }>,
  durationMs: number,
): number | null {
  if (domain.method === 'estimate') return null
  const edgeSdJ = (energyJ * (edgeMs / durationMs)) / Math.sqrt(6)
  return normalQuantile975 * Math.hypot(edgeSdJ, domain.gainUncertainty * energyJ)
}

function fewReadings({ domain, readCount }: DomainEnergy): Warning[] {
  if (readCount >= leastReadCount) return []
  return [warn('FEW_READINGS', { domain: domain.id, readCount, leastCount: leastReadCount })]
}

/** The least of both figures, when it is below zero by more than the rounding of doubles. */
function belowIdle({
  domain,
  energyJ,
  energyAboveIdleJ,
  energyAboveLoadedIdleJ,
}: DomainEnergy): Warning[] {
  const leastJ = Math.min(energyAboveIdleJ ?? 0, energyAboveLoadedIdleJ ?? 0)
  if (leastJ >= -1e-9 * (energyJ ?? 0)) return []
  return [warn('ENERGY_BELOW_IDLE', { domain: domain.id, energyAboveIdleJ: leastJ })]
}
