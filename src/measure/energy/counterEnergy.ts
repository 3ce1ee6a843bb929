/** Joules of a window from an energy counter: the difference of its values at both ends, read off between its changes. */

import type { EnergyDomain } from '../../core/energyDomain.ts'
import { msToSeconds } from '../../core/units.ts'
import { type Warning, warn } from '../../core/warnings.ts'
import type { Window } from '../../store/resultFile.ts'
import { energyLimits } from '../energyLimits.ts'
import { type DomainSeries, medianSpacingMs } from './domainSeries.ts'
import { findGap, within } from './findGap.ts'
import { type CounterPoint, stampOf, unwrapCounter } from './unwrapCounter.ts'
import type { WindowEnergy } from './windowEnergy.ts'

const { stuckAfterPeriods, reachPeriods } = energyLimits

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
    boundaryJ: Math.hypot(
      edgeSdJ(domain, points, window.startMs),
      edgeSdJ(domain, points, window.endMs),
    ),
    // A counter adds up all that it is shown.
    samplingJ: 0,
    resolutionJ: resolutionSdJ(domain),
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

/** On the straight line between the changes before and after; beyond the first and the last change, on the line extended. */
function valueAt(points: readonly CounterPoint[], atMs: number): { atMs: number; energyJ: number } {
  const { before, after, share } = segmentAt(points, indexAt(points, atMs), atMs)
  return { atMs, energyJ: before.energyJ + (after.energyJ - before.energyJ) * share }
}

/** Index of the change that ends the segment in which a moment lies. */
function indexAt(points: readonly CounterPoint[], atMs: number): number {
  const found = points.findIndex((point) => point.atMs >= atMs)
  return found < 0 ? points.length - 1 : Math.max(1, found)
}

function segmentAt(points: readonly CounterPoint[], index: number, atMs: number) {
  const [before, after] = [points[index - 1], points[index]]
  if (before === undefined || after === undefined) throw new RangeError('a line needs two points')
  const lengthMs = after.atMs - before.atMs
  const share = lengthMs === 0 ? 1 : (atMs - before.atMs) / lengthMs
  return { before, after, lengthMs, share }
}

/**
 * Standard uncertainty of the counter's value at one end of the window, where it lies at `share` of a segment of length T,
 * with power P at most around it. Each change is seen up to its stamp d late, evenly: sd = P d / sqrt(12) (GUM, JCGM 100:2008, 4.3.7), in
 * parts of 1 - share and share on the line. And power may step by D just there, which the line smooths over: D share (1 -
 * share) T, exact for a step at the end of the window itself (docs/methodology.md, Uncertainty).
 */
function edgeSdJ(domain: EnergyDomain, points: readonly CounterPoint[], atMs: number): number {
  const index = indexAt(points, atMs)
  const { before, after, lengthMs, share } = segmentAt(points, index, atMs)
  const powerW = riseW(points, index) ?? 0
  const [previousW, nextW] = [riseW(points, index - 1), riseW(points, index + 1)]
  const around = [powerW, previousW ?? powerW, nextW ?? powerW]
  const mostW = Math.max(...around)
  const stepW = mostW - Math.min(...around)
  const stampSdJ = (point: CounterPoint): number =>
    (mostW * msToSeconds(stampOf(domain, point))) / Math.sqrt(12)
  return Math.hypot(
    stampSdJ(before) * (1 - share),
    stampSdJ(after) * share,
    stepW * Math.abs(share * (1 - share)) * msToSeconds(lengthMs),
  )
}

/** Mean power of the segment that ends at this change; null when there is none. */
function riseW(points: readonly CounterPoint[], index: number): number | null {
  const [before, after] = [points[index - 1], points[index]]
  if (before === undefined || after === undefined || after.atMs <= before.atMs) return null
  return (after.energyJ - before.energyJ) / msToSeconds(after.atMs - before.atMs)
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
  const watts = readings.filter(within(window)).flatMap((one) => one.peakW ?? one.watts ?? [])
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

/** Difference of two values that are cut to a step q: sd = q / sqrt(6) (GUM, JCGM 100:2008, F.2.2.1, of two readings). */
function resolutionSdJ({ resolutionJ }: EnergyDomain): number {
  return (resolutionJ ?? 0) / Math.sqrt(6)
}
