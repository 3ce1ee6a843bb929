/** Joules of a window from an energy counter: the difference of its values at both ends, read off between its changes. */

import { msToSeconds } from '../../core/units.ts'
import { type Warning, warn } from '../../core/warnings.ts'
import type { Window } from '../../store/resultFile.ts'
import { type DomainSeries, medianSpacingMs } from './domainSeries.ts'
import { findGap, within } from './findGap.ts'
import { type CounterPoint, unwrapCounter } from './unwrapCounter.ts'
import type { WindowEnergy } from './windowEnergy.ts'

/** A counter that is silent for this many of its periods has stopped: an even sensor misses none. */
const stuckAfterPeriods = 10
/** How far beyond its last change a counter is extended at its last rate, in periods: the next change may just be due. */
const reachPeriods = 2

export function counterEnergy(series: DomainSeries, window: Window): WindowEnergy {
  const { domain, readings, spacingMs } = series
  const read = readings.filter(({ joules }) => joules !== null)
  const points = unwrapCounter(read, domain)
  const changeMs = medianSpacingMs(points) ?? 0
  const periodMs = Math.max(domain.updatePeriodMs ?? 0, changeMs, spacingMs ?? 0)
  const readCount = points.slice(1).filter(within(window)).length
  const warning =
    findGap(series, read, window, reachPeriods * periodMs) ??
    findStop(series, points, window, periodMs) ??
    findDrop(series, points, window)
  if (warning !== null) return { status: 'unknown', warning, readCount }
  const [start, end] = [valueAt(points, window.startMs), valueAt(points, window.endMs)]
  return {
    status: 'known',
    energyJ: end.energyJ - start.energyJ,
    edgeMs: Math.max(domain.updatePeriodMs ?? 0, changeMs, start.segmentMs, end.segmentMs),
    readCount,
    maxPowerW: maxPowerW(series, points, window),
  }
}

function findStop(
  { domain }: DomainSeries,
  points: readonly CounterPoint[],
  window: Window,
  periodMs: number,
): Warning | null {
  const stuck = (windowMs: number): Warning =>
    warn('COUNTER_STUCK', { domain: domain.id, windowMs })
  const durationMs = window.endMs - window.startMs
  const hasChange = points.slice(1).some(within(window))
  const isLong = durationMs > stuckAfterPeriods * periodMs
  if (points.length < 2 || (isLong && !hasChange)) return stuck(durationMs)
  const silentMs = window.endMs - (points.at(-1)?.atMs ?? 0)
  return silentMs > reachPeriods * periodMs ? stuck(silentMs) : null
}

function findDrop(
  { domain }: DomainSeries,
  points: readonly CounterPoint[],
  { startMs, endMs }: Window,
): Warning | null {
  const drops = points.flatMap(({ atMs, dropJ }, index) =>
    dropJ !== null && atMs > startMs && (points[index - 1]?.atMs ?? atMs) < endMs ? [dropJ] : [],
  )
  if (drops.length === 0) return null
  return warn('COUNTER_BACKWARDS', { domain: domain.id, dropJ: Math.max(...drops) })
}

interface CounterValue {
  atMs: number
  energyJ: number
  /** Time between the two changes it lies between. */
  segmentMs: number
}

/** On the straight line between the changes before and after; beyond the first and the last change, on the line extended. */
function valueAt(points: readonly CounterPoint[], atMs: number): CounterValue {
  const found = points.findIndex((point) => point.atMs >= atMs)
  const index = found < 0 ? points.length - 1 : Math.max(1, found)
  const [before, after] = [points[index - 1], points[index]]
  if (before === undefined || after === undefined) throw new RangeError('a line needs two points')
  const segmentMs = after.atMs - before.atMs
  const share = segmentMs === 0 ? 1 : (atMs - before.atMs) / segmentMs
  return { atMs, energyJ: before.energyJ + (after.energyJ - before.energyJ) * share, segmentMs }
}

/**
 * The highest power that was read, else the steepest rise of the counter. A change is seen up to `stampMs` late, so a
 * rise is taken over ten times that or more: its power is then right to about 10 %.
 */
function maxPowerW(
  { domain, readings, spacingMs }: DomainSeries,
  points: readonly CounterPoint[],
  window: Window,
): number | null {
  const watts = readings.filter(within(window)).flatMap(({ watts }) => watts ?? [])
  if (watts.length > 0) return watts.reduce((most, each) => Math.max(most, each))
  const line = [
    valueAt(points, window.startMs),
    ...points.filter(within(window)),
    valueAt(points, window.endMs),
  ]
  const stampMs = Math.min(spacingMs ?? 0, domain.updatePeriodMs ?? Number.POSITIVE_INFINITY)
  const leastMs = Math.min(10 * stampMs, window.endMs - window.startMs)
  return steepestW(line, leastMs)
}

/** The steepest rise over at least `leastMs`, in watts. */
function steepestW(
  line: readonly { atMs: number; energyJ: number }[],
  leastMs: number,
): number | null {
  let most: number | null = null
  let from = 0
  line.forEach((end, index) => {
    while (from + 1 < index && end.atMs - (line[from + 1]?.atMs ?? 0) >= leastMs) from++
    const start = line[from] ?? end
    const spanMs = end.atMs - start.atMs
    if (spanMs <= 0 || spanMs < leastMs) return
    const powerW = (end.energyJ - start.energyJ) / msToSeconds(spanMs)
    most = Math.max(most ?? powerW, powerW)
  })
  return most
}
