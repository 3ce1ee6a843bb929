/** The power of a domain over a window in equal bins, from its counter or from its watts: what two sensors are compared by. */

import { msToSeconds } from '../../../core/units.ts'
import type { Window } from '../../../store/resultFile.ts'
import type { DomainSeries } from '../domainSeries.ts'
import { integralJ, lineIn, type PowerPoint } from '../powerEnergy.ts'
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
  const bins = Array.from({ length: count }, (_, index) => ({
    startMs: firstMs + index * binMs,
    endMs: firstMs + (index + 1) * binMs,
  }))
  if (field === 'joules') {
    const points = unwrapCounter(
      readings.filter(({ joules }) => joules !== null),
      domain,
    ).map(({ atMs, energyJ }) => ({ atMs, powerW: energyJ }))
    if (points.length < 2) return []
    const near = nearBin(points)
    return bins.map((bin) => {
      const line = lineIn(near(bin), bin)
      return ((line.at(-1)?.powerW ?? 0) - (line[0]?.powerW ?? 0)) / msToSeconds(binMs)
    })
  }
  const points = readings.flatMap(({ atMs, watts }) =>
    watts === null ? [] : [{ atMs, powerW: watts }],
  )
  if (points.length < 2) return []
  const near = nearBin(points)
  return bins.map((bin) => integralJ(lineIn(near(bin), bin)) / msToSeconds(binMs))
}

/** The points in a bin and one on each side. Bins are asked for in order, so that each point is looked at once or twice. */
function nearBin(points: readonly PowerPoint[]): (bin: Window) => readonly PowerPoint[] {
  let from = 0
  return ({ startMs, endMs }) => {
    while ((points[from + 1]?.atMs ?? Number.POSITIVE_INFINITY) <= startMs) from++
    let to = from + 1
    while ((points[to]?.atMs ?? Number.POSITIVE_INFINITY) < endMs) to++
    return points.slice(from, to + 1)
  }
}

/**
 * As a sensor that averages over `durationMs` shows it, in the same bins: its mean at the end of a bin and at its start,
 * halved. Null for the first bins, whose past is not known.
 */
export function smoothed(powers: readonly number[], durationMs: number): (number | null)[] {
  const width = Math.round(durationMs / binMs)
  return powers.map((_, index) => {
    if (index < width) return null
    const ending = powers.slice(index - width + 1, index + 1)
    const before = powers.slice(index - width, index)
    return [...ending, ...before].reduce((sum, each) => sum + each, 0) / (2 * width)
  })
}
