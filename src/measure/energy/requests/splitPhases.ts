/**
 * Energy of prefill (from sending to the first token) and of decode (from there to the end) where one request runs at a time.
 * Every request has a window for each; their energies add up, and so do the squares of what is uncertain at their ends.
 */

import { formatDuration } from '../../../core/units.ts'
import type { UncertaintyBudget, Window } from '../../../store/resultFile.ts'
import type { PhaseEnergy } from '../../../store/resultLoad.ts'
import type { RequestRecord } from '../../../workloads/driveLoad.ts'
import type { DomainSeries } from '../domainSeries.ts'
import { budgetOfSum, uncertaintyBudget } from '../uncertaintyBudget.ts'
import { type WindowEnergy, windowEnergy } from '../windowEnergy.ts'

export interface SplitEnergy {
  prefill: PhaseEnergy
  decode: PhaseEnergy
}

/** `counted`: the domains of the total. Requests without a token have no prefill that ended, and are left out. */
export function splitPhases(
  records: readonly RequestRecord[],
  counted: readonly DomainSeries[],
): SplitEnergy {
  return {
    prefill: phaseEnergy(records.flatMap(prefillWindow), counted),
    decode: phaseEnergy(records.flatMap(decodeWindow), counted),
  }
}

function prefillWindow({ stepCount, sentAtMs, stepAtMs }: RequestRecord): Window[] {
  return stepCount === 0 ? [] : [{ startMs: sentAtMs, endMs: stepAtMs[0] ?? sentAtMs }]
}

function decodeWindow({ stepCount, endedAtMs, stepAtMs }: RequestRecord): Window[] {
  return stepCount < 2 ? [] : [{ startMs: stepAtMs[0] ?? endedAtMs, endMs: endedAtMs }]
}

/** A window must hold two values of the sensor, none of which reaches beyond it, or its energy is that of its neighbors. */
const leastPeriods = 2

function phaseEnergy(windows: readonly Window[], counted: readonly DomainSeries[]): PhaseEnergy {
  const durationMs = windows.reduce((sum, { startMs, endMs }) => sum + endMs - startMs, 0)
  const base = { durationMs, windows: windows.length }
  const unknown = (unknownBecause: string): PhaseEnergy => ({
    ...base,
    energyJ: null,
    uncertaintyJ: null,
    unknownBecause,
  })
  if (counted.length === 0) return unknown('no domain is counted')
  if (windows.length === 0) return unknown('no request came so far')
  const periodMs = longestPeriodMs(counted)
  const meanMs = durationMs / windows.length
  if (meanMs < leastPeriods * periodMs) {
    const [lasts, told] = [meanMs, periodMs].map(formatDuration)
    return unknown(
      `it lasts ${lasts} in a request, and the slowest sensor tells of ${told} at a time`,
    )
  }
  const parts = counted.map((series) => sumOver(series, windows))
  const known = parts.filter((part) => part !== null)
  if (known.length < parts.length) return unknown('readings are missing in one of its windows')
  const isEstimate = counted.some(({ domain }) => domain.method === 'estimate')
  return {
    ...base,
    energyJ: known.reduce((sum, { energyJ }) => sum + energyJ, 0),
    uncertaintyJ: isEstimate ? null : budgetOfSum(known).expandedJ,
    unknownBecause: null,
  }
}

const longestPeriodMs = (counted: readonly DomainSeries[]): number =>
  Math.max(0, ...counted.map(periodMs))

const periodMs = ({ domain, spacingMs }: DomainSeries): number =>
  Math.max(domain.updatePeriodMs ?? 0, spacingMs ?? 0, domain.averagingWindowMs ?? 0)

/** Null as soon as one of them is unknown. */
function sumOver(
  series: DomainSeries,
  windows: readonly Window[],
): { energyJ: number; deviceId: string | null; budget: UncertaintyBudget } | null {
  const near = readingsNear(series)
  const known: Extract<WindowEnergy, { status: 'known' }>[] = []
  for (const window of windows) {
    const energy = windowEnergy(near(window), window)
    if (energy.status === 'unknown') return null
    known.push(energy)
  }
  const energyJ = known.reduce((sum, one) => sum + one.energyJ, 0)
  const squares = (term: 'boundaryJ' | 'samplingJ' | 'resolutionJ'): number =>
    Math.hypot(...known.map((one) => one[term]))
  return {
    energyJ,
    deviceId: series.domain.deviceId,
    budget: uncertaintyBudget({
      boundaryJ: squares('boundaryJ'),
      samplingJ: squares('samplingJ'),
      gainJ: series.domain.gainUncertainty * energyJ,
      resolutionJ: squares('resolutionJ'),
      baselineJ: 0,
      attributionJ: 0,
    }),
  }
}

/** Far enough around a window for its ends and for what the sensor is late. */
const reachPeriods = 20

/** The readings around a window; asked for windows in order of time, so that none is looked at for every window. */
function readingsNear(series: DomainSeries): (window: Window) => DomainSeries {
  const { readings } = series
  const reachMs = Math.max(1000, reachPeriods * periodMs(series))
  let from = 0
  return ({ startMs, endMs }) => {
    while (from < readings.length && (readings[from]?.atMs ?? 0) < startMs - reachMs) from++
    let to = from
    while (to < readings.length && (readings[to]?.atMs ?? 0) <= endMs + reachMs) to++
    return { ...series, readings: readings.slice(from, to) }
  }
}
