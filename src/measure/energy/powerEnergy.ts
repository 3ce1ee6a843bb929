/** Joules of a window from a power sensor: the trapezoid rule over its readings, interpolated at both ends. */

import type { EnergyDomain } from '../../core/energyDomain.ts'
import { millijoulesToJ, msToSeconds } from '../../core/units.ts'
import { warn } from '../../core/warnings.ts'
import { mean } from '../../stats/descriptive.ts'
import type { Window } from '../../store/resultFile.ts'
import { energyLimits } from '../energyLimits.ts'
import { sensorDelayMs } from '../sensorDelayMs.ts'
import type { DomainSeries } from './domainSeries.ts'
import { findGap, within } from './findGap.ts'
import type { WindowEnergy } from './windowEnergy.ts'

export interface PowerPoint {
  atMs: number
  powerW: number
}

export function powerEnergy(series: DomainSeries, window: Window): WindowEnergy {
  const { domain, readings, spacingMs } = series
  const delayMs = sensorDelayMs(domain)
  // What happened in the window is shown later: the readings are moved back by what the sensor is known to be late.
  const seen = { startMs: window.startMs + delayMs, endMs: window.endMs + delayMs }
  const read = readings.filter(({ watts }) => watts !== null)
  const periodMs = Math.max(domain.updatePeriodMs ?? 0, spacingMs ?? 0)
  const gap = findGap(series, read, seen, energyLimits.reachPeriods * periodMs)
  if (gap !== null) return { status: 'unknown', warning: gap, readCount: 0 }
  const points = read.map(({ atMs, watts }) => ({ atMs, powerW: watts ?? 0 }))
  const line = lineIn(points, seen)
  const values = distinctValues(line.slice(1, -1), domain.updatePeriodMs ?? 0)
  const readCount = values.length
  const peaksW = read.filter(within(seen)).flatMap(({ peakW }) => peakW ?? [])
  const maxPowerW = [...line.map(({ powerW }) => powerW), ...peaksW].reduce(higher, 0)
  if (maxPowerW === 0) {
    return { status: 'unknown', warning: warn('SENSOR_ZERO', { domain: domain.id }), readCount }
  }
  const stepMs = Math.max(periodMs, (seen.endMs - seen.startMs) / Math.max(1, readCount))
  const lengthMs = seen.endMs - seen.startMs
  const edgeOf = (atMs: number, inward: 1 | -1) =>
    edgeEnergy(domain, points, { atMs, inward, stepMs, lengthMs })
  const edges = [edgeOf(seen.startMs, 1), edgeOf(seen.endMs, -1)]
  return {
    status: 'known',
    energyJ: edges.reduce((sumJ, { missedJ }) => sumJ + missedJ, integralJ(line)),
    boundaryJ: Math.hypot(...edges.map(({ sdJ }) => sdJ)),
    samplingJ: samplingSdJ(domain, values, stepMs, longestStepMs(line)),
    resolutionJ: resolutionSdJ(domain, values.length, stepMs),
    readCount,
    maxPowerW,
  }
}

const higher = (most: number, powerW: number): number => Math.max(most, powerW)

/** The readings inside a time with an interpolated one at each end. */
export function lineIn(points: readonly PowerPoint[], { startMs, endMs }: Window): PowerPoint[] {
  return [
    { atMs: startMs, powerW: powerAtW(points, startMs) },
    ...points.filter(({ atMs }) => atMs > startMs && atMs < endMs),
    { atMs: endMs, powerW: powerAtW(points, endMs) },
  ]
}

/** Between two readings on the straight line, beyond them as the nearest one. */
function powerAtW(points: readonly PowerPoint[], atMs: number): number {
  const found = points.findIndex((point) => point.atMs >= atMs)
  const after = points.at(found)
  const before = found > 0 ? points.at(found - 1) : after
  if (before === undefined || after === undefined) throw new RangeError('power needs a reading')
  if (after.atMs <= before.atMs || atMs > after.atMs) return after.powerW
  const share = (atMs - before.atMs) / (after.atMs - before.atMs)
  return before.powerW + (after.powerW - before.powerW) * share
}

/** Watts times milliseconds are millijoules. */
export function integralJ(line: readonly PowerPoint[]): number {
  let doubled = 0
  line.slice(1).forEach(({ atMs, powerW }, index) => {
    const before = line[index]
    if (before !== undefined) doubled += (powerW + before.powerW) * (atMs - before.atMs)
  })
  return millijoulesToJ(doubled / 2)
}

function longestStepMs(line: readonly PowerPoint[]): number {
  return line
    .slice(1)
    .reduce((most, { atMs }, index) => Math.max(most, atMs - (line[index]?.atMs ?? atMs)), 0)
}

/** A steady power is published again and again with the same value: after a whole period it counts as a new one. */
function distinctValues(points: readonly PowerPoint[], updatePeriodMs: number): PowerPoint[] {
  const values: PowerPoint[] = []
  for (const point of points) {
    const counted = values.at(-1)
    const isNew =
      counted === undefined ||
      point.powerW !== counted.powerW ||
      point.atMs - counted.atMs >= updatePeriodMs
    if (isNew) values.push(point)
  }
  return values
}

interface Edge {
  atMs: number
  /** 1 where the window begins, -1 where it ends. */
  inward: 1 | -1
  stepMs: number
  /** Of the window. */
  lengthMs: number
}

/**
 * What the readings inside one end of the window miss, and its standard uncertainty. A value that is a mean over W and stands
 * for T shows a step of power D as a ramp around it; where the step is the end of the window itself, the part of the ramp on
 * its wrong side is D W / 8 for T = 0, D T / 8 for W = 0 and D T / 6 for both alike: D sqrt(W^2 + T^2) / 8 is within 6 % of
 * that. Where readings on both sides show D it is added, as is due to what is known (GUM, JCGM 100:2008, 3.2.4); elsewhere it
 * is uncertain. The phase of the sensor moves it by sd = D T sqrt(1/30 - 1/36), that of share (1 - share) T for an even share.
 */
function edgeEnergy(domain: EnergyDomain, points: readonly PowerPoint[], edge: Edge) {
  const { averagingWindowMs, updatePeriodMs, lagMs } = domain
  const { atMs, inward, stepMs, lengthMs } = edge
  const spreadMs = Math.hypot(averagingWindowMs ?? 0, stepMs)
  const reachMs = spreadMs + (lagMs ?? 0)
  const near = points.filter((point) => Math.abs(point.atMs - atMs) <= reachMs)
  const powers = near.length > 0 ? near.map(({ powerW }) => powerW) : [powerAtW(points, atMs)]
  const mostW = Math.max(...powers) - Math.min(...powers)
  const phaseMs = Math.max(updatePeriodMs ?? 0, stepMs) * Math.sqrt(1 / 30 - 1 / 36)
  // Of the sensor alone: two windows that meet see the same step, so that one gains what the other gives.
  const smearMs = Math.hypot(averagingWindowMs ?? 0, updatePeriodMs ?? 0)
  const insideW = powerBesideW(points, atMs, inward * smearMs)
  const outsideW = powerBesideW(points, atMs, -inward * smearMs)
  if (averagingWindowMs == null || insideW === null || outsideW === null) {
    return { missedJ: 0, sdJ: mostW * msToSeconds(Math.hypot(spreadMs / 8, phaseMs)) }
  }
  // In a window shorter than two ramps the readings inside are of both sides: the step is seen too small, and more so the
  // shorter the window is than one.
  const unseenMs = lengthMs < 2 * smearMs ? spreadMs / 8 : 0
  const seenShare = Math.min(1, lengthMs / Math.max(1, smearMs))
  return {
    missedJ: (insideW - outsideW) * msToSeconds(smearMs / 8),
    sdJ: (mostW / seenShare) * msToSeconds(Math.hypot(unseenMs, phaseMs)),
  }
}

/** Mean power from half to twice that far behind a moment, or before it: past the ramp. Null where nothing was read. */
function powerBesideW(points: readonly PowerPoint[], atMs: number, farMs: number): number | null {
  const side = points.filter((point) => {
    const share = (point.atMs - atMs) / farMs
    return share >= 0.5 && share <= 2
  })
  return mean(side.map(({ powerW }) => powerW))
}

/**
 * A sensor that looks at a share f of the time samples power: n values of standard deviation s give a mean that is off by
 * s sqrt((1 - f) / n), the finite population correction of Cochran, Sampling Techniques (1977), theorem 2.2. s is taken
 * from successive values (von Neumann, 1941), so that a slow drift does not count. A hole in the readings counts as one
 * value for all of its length.
 */
function samplingSdJ(
  { averagingWindowMs, observedShare, updatePeriodMs }: EnergyDomain,
  values: readonly PowerPoint[],
  stepMs: number,
  longestMs: number,
): number {
  if (values.length < 2) return 0
  let squares = 0
  for (let index = 1; index < values.length; index++) {
    squares += ((values[index]?.powerW ?? 0) - (values[index - 1]?.powerW ?? 0)) ** 2
  }
  const sdW = Math.sqrt(squares / (values.length - 1) / 2)
  const observedMs = averagingWindowMs ?? (observedShare ?? 0) * (updatePeriodMs ?? 0)
  const unseenShare = Math.max(0, 1 - observedMs / stepMs)
  const spreadJ = sdW * Math.sqrt(unseenShare * values.length) * msToSeconds(stepMs)
  const holeJ = longestMs > 2 * stepMs ? sdW * msToSeconds(longestMs) : 0
  return Math.hypot(spreadJ, holeJ)
}

/** Each of n values is cut to a step q: sd = q / sqrt(12), in their mean q / sqrt(12 n) (GUM, JCGM 100:2008, 4.3.7). */
function resolutionSdJ({ resolutionW }: EnergyDomain, count: number, stepMs: number): number {
  return ((resolutionW ?? 0) * msToSeconds(stepMs) * Math.sqrt(count)) / Math.sqrt(12)
}
