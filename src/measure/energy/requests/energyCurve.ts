/** Joules since the start of the window as a function of time, over all counted domains: what requests are given a share of. */

import { millijoulesToJ } from '../../../core/units.ts'
import type { Window } from '../../../store/resultFile.ts'
import { sensorDelayMs } from '../../sensorDelayMs.ts'
import type { DomainSeries } from '../domainSeries.ts'
import { unwrapCounter } from '../unwrapCounter.ts'

interface CurvePoint {
  atMs: number
  energyJ: number
}

export interface CountedSeries {
  series: DomainSeries
  /** Joules of the whole window as they stand in the result: the curve ends there. */
  energyJ: number
}

/** Asked for times that never go back. */
export type EnergyCurve = (atMs: number) => number

export function energyCurve(counted: readonly CountedSeries[], window: Window): EnergyCurve {
  const curves = counted.map((one) => curveOf(one, window))
  return (atMs) => curves.reduce((sum, curve) => sum + curve(atMs), 0)
}

function curveOf({ series, energyJ }: CountedSeries, { startMs, endMs }: Window): EnergyCurve {
  const points = pointsOf(series)
  const whole = lineThrough(points)
  const startJ = whole(startMs)
  const drawnJ = lineThrough(points)(endMs) - startJ
  const scale = drawnJ > 0 ? energyJ / drawnJ : 0
  return (atMs) => (whole(Math.min(endMs, Math.max(startMs, atMs))) - startJ) * scale
}

function pointsOf({ domain, readings }: DomainSeries): CurvePoint[] {
  if (readings.some(({ joules }) => joules !== null)) return unwrapCounter(readings, domain)
  const delayMs = sensorDelayMs(domain)
  let energyJ = 0
  let before: { atMs: number; powerW: number } | null = null
  return readings.flatMap(({ atMs: readMs, watts: powerW }) => {
    if (powerW === null) return []
    const atMs = readMs - delayMs
    if (before !== null) {
      energyJ += millijoulesToJ(((before.powerW + powerW) / 2) * (atMs - before.atMs))
    }
    before = { atMs, powerW }
    return [{ atMs, energyJ }]
  })
}

/** Straight between two points, and extended beyond the first and the last. Looks on from where it looked last. */
function lineThrough(points: readonly CurvePoint[]): EnergyCurve {
  let next = 1
  return (atMs) => {
    while (next < points.length - 1 && (points[next]?.atMs ?? 0) < atMs) next++
    const [before, after] = [points[next - 1], points[next]]
    if (before === undefined || after === undefined) return 0
    const lengthMs = after.atMs - before.atMs
    if (lengthMs <= 0) return after.energyJ
    return before.energyJ + ((after.energyJ - before.energyJ) * (atMs - before.atMs)) / lengthMs
  }
}
