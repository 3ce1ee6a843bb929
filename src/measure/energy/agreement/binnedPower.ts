/** The power of a domain over a window in equal bins, from its counter or from its watts: what two sensors are compared by. */

import type { EnergyDomain } from '../../../core/energyDomain.ts'
import { msToSeconds } from '../../../core/units.ts'
import type { EnergyReading } from '../../../energy/energySource.ts'
import type { Window } from '../../../store/resultFile.ts'
import type { DomainSeries } from '../domainSeries.ts'
import { unwrapCounter } from '../unwrapCounter.ts'

/** Long enough for the slowest sensor that is aligned to show a value of its own in each. */
export const binMs = 250
/** Of a longer window the last 17 minutes are compared: a day of bins would tell no more and take longer than the day's summary. */
const mostBins = 4096

/** Mean power of each bin; empty when there are too few readings to speak of. */
export function binnedPower(
  { domain, readings }: DomainSeries,
  field: 'joules' | 'watts',
  { startMs, endMs }: Window,
): number[] {
  const count = Math.min(mostBins, Math.floor((endMs - startMs) / binMs))
  const firstMs = count < mostBins ? startMs : endMs - count * binMs
  const read = readings.filter((reading) => reading[field] !== null)
  const energyJ = field === 'joules' ? counterLine(read, domain) : powerLine(read)
  if (energyJ === null) return []
  const bins: number[] = []
  let startJ = energyJ(firstMs)
  for (let bin = 1; bin <= count; bin++) {
    const endJ = energyJ(firstMs + bin * binMs)
    bins.push((endJ - startJ) / msToSeconds(binMs))
    startJ = endJ
  }
  return bins
}

/** Energy at a moment, since any; moments are asked for in order. Null below two points. */
type EnergyLine = ((atMs: number) => number) | null

/** On the straight line between two changes of the counter, beyond them as the nearest one. */
function counterLine(readings: readonly EnergyReading[], domain: EnergyDomain): EnergyLine {
  const points = unwrapCounter(readings, domain)
  const find = finder(points)
  const [first] = points
  if (first === undefined || points.length < 2) return null
  return (atMs) => {
    const { before, after } = find(atMs)
    if (before === undefined || after === undefined) return (before ?? first).energyJ
    const share = (atMs - before.atMs) / (after.atMs - before.atMs)
    return before.energyJ + share * (after.energyJ - before.energyJ)
  }
}

/** The trapezoid rule: power on the straight line between two readings, beyond them as the nearest one. */
function powerLine(readings: readonly EnergyReading[]): EnergyLine {
  const points = readings.map(({ atMs, watts }) => ({ atMs, powerW: watts ?? 0, energyJ: 0 }))
  points.forEach((point, index) => {
    const before = points[index - 1]
    if (before === undefined) return
    const meanW = (before.powerW + point.powerW) / 2
    point.energyJ = before.energyJ + meanW * msToSeconds(point.atMs - before.atMs)
  })
  const find = finder(points)
  const [first] = points
  if (first === undefined || points.length < 2) return null
  return (atMs) => {
    const { before = first, after } = find(atMs)
    const share = after === undefined ? 0 : (atMs - before.atMs) / (after.atMs - before.atMs)
    const powerW = before.powerW + Math.max(0, share) * ((after ?? before).powerW - before.powerW)
    return before.energyJ + ((before.powerW + powerW) / 2) * msToSeconds(atMs - before.atMs)
  }
}

/** The points around a moment, each looked at once when the moments are asked for in order. */
function finder<Point extends { atMs: number }>(points: readonly Point[]) {
  let next = 0
  return (atMs: number): { before: Point | undefined; after: Point | undefined } => {
    while ((points[next]?.atMs ?? Number.POSITIVE_INFINITY) <= atMs) next++
    return { before: points[next - 1], after: points[next] }
  }
}

/**
 * As a sensor that averages over `durationMs` shows it, in the same bins: its mean at the end of a bin and at its start,
 * halved. Null for the first bins, whose past is not known.
 */
export function smoothed(powers: readonly number[], durationMs: number): (number | null)[] {
  const width = Math.round(durationMs / binMs)
  // The sum of the `width` bins that end with one.
  let endingW = 0
  return powers.map((power, index) => {
    const beforeW = endingW
    endingW += power - (powers[index - width] ?? 0)
    return index < width ? null : (beforeW + endingW) / (2 * width)
  })
}
