/** Joules of a window from a power sensor: the trapezoid rule over its readings, interpolated at both ends. */

import { millijoulesToJ } from '../../core/units.ts'
import { warn } from '../../core/warnings.ts'
import type { Window } from '../../store/resultFile.ts'
import type { DomainSeries } from './domainSeries.ts'
import { findGap } from './findGap.ts'
import type { WindowEnergy } from './windowEnergy.ts'

interface PowerPoint {
  atMs: number
  powerW: number
}

/** How far beyond its last reading a power is taken to stay the same, in periods. */
const reachPeriods = 2

export function powerEnergy(series: DomainSeries, window: Window): WindowEnergy {
  const { domain, readings, spacingMs } = series
  const read = readings.filter(({ watts }) => watts !== null)
  const periodMs = Math.max(domain.updatePeriodMs ?? 0, spacingMs ?? 0)
  const gap = findGap(series, read, window, reachPeriods * periodMs)
  if (gap !== null) return { status: 'unknown', warning: gap, readCount: 0 }
  const points = read.map(({ atMs, watts }) => ({ atMs, powerW: watts ?? 0 }))
  const line = lineIn(points, window)
  const readCount = countChanges(line.slice(1, -1), domain.updatePeriodMs ?? 0)
  const maxPowerW = line.reduce((most, { powerW }) => Math.max(most, powerW), 0)
  if (maxPowerW === 0) {
    return { status: 'unknown', warning: warn('SENSOR_ZERO', { domain: domain.id }), readCount }
  }
  return {
    status: 'known',
    energyJ: integralJ(line),
    edgeMs: Math.max(periodMs, longestStepMs(line)),
    readCount,
    maxPowerW,
  }
}

/** The readings inside the window with an interpolated one at each end. */
function lineIn(points: readonly PowerPoint[], { startMs, endMs }: Window): PowerPoint[] {
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
function integralJ(line: readonly PowerPoint[]): number {
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
function countChanges(points: readonly PowerPoint[], updatePeriodMs: number): number {
  let count = 0
  let counted: PowerPoint | null = null
  for (const point of points) {
    const isNew =
      counted === null ||
      point.powerW !== counted.powerW ||
      point.atMs - counted.atMs >= updatePeriodMs
    if (!isNew) continue
    count++
    counted = point
  }
  return count
}
