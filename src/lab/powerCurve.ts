/** The true power of a device over time, as a line through points, and its exact integral: what every sensor is held against. */

import { millijoulesToJ } from '../core/units.ts'

export interface CurvePoint {
  atMs: number
  powerW: number
}

export interface PowerCurve {
  powerW(atMs: number): number
  /** Joules since the first point; power stays the same before the first and after the last. */
  energyJ(atMs: number): number
}

/** Between points power is a straight line; two points of one moment are a step. */
export function powerCurve(points: readonly CurvePoint[]): PowerCurve {
  const times = Float64Array.from(points, ({ atMs }) => atMs)
  const powers = Float64Array.from(points, ({ powerW }) => powerW)
  const energies = new Float64Array(points.length)
  for (let index = 1; index < points.length; index++) {
    const spanMs = (times[index] ?? 0) - (times[index - 1] ?? 0)
    const meanW = ((powers[index] ?? 0) + (powers[index - 1] ?? 0)) / 2
    energies[index] = (energies[index - 1] ?? 0) + millijoulesToJ(meanW * spanMs)
  }
  const powerW = (atMs: number): number => {
    const index = lastAtOrBefore(times, atMs)
    if (index < 0) return powers[0] ?? 0
    const [fromMs = 0, toMs] = [times[index], times[index + 1]]
    const [fromW = 0, toW = fromW] = [powers[index], powers[index + 1]]
    return toMs === undefined ? fromW : fromW + ((toW - fromW) * (atMs - fromMs)) / (toMs - fromMs)
  }
  return {
    powerW,
    energyJ(atMs) {
      const index = Math.max(0, lastAtOrBefore(times, atMs))
      const fromMs = times[index] ?? 0
      const fromW = atMs < fromMs ? (powers[0] ?? 0) : (powers[index] ?? 0)
      const meanW = (fromW + powerW(atMs)) / 2
      return (energies[index] ?? 0) + millijoulesToJ(meanW * (atMs - fromMs))
    },
  }
}

/** The sum of several curves times a share of each: what a module or a wall carries. */
export function sumOfCurves(
  parts: readonly { curve: PowerCurve; share?: number }[],
  constantW = 0,
): PowerCurve {
  return {
    powerW: (atMs) =>
      parts.reduce((sum, { curve, share = 1 }) => sum + share * curve.powerW(atMs), constantW),
    energyJ: (atMs) =>
      parts.reduce(
        (sum, { curve, share = 1 }) => sum + share * curve.energyJ(atMs),
        millijoulesToJ(constantW * atMs),
      ),
  }
}

/** Index of the last time that is not after `atMs`; -1 when all are. */
function lastAtOrBefore(times: Float64Array, atMs: number): number {
  let low = 0
  let high = times.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((times[middle] ?? 0) <= atMs) low = middle + 1
    else high = middle
  }
  return low - 1
}
