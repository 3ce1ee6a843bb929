/** Makes one chunk of neighbors: per domain the last value of the counter, every fall of it, and the mean of the watts. */

import type { EnergyDomain } from '../../core/energyDomain.ts'
import type { Chunk } from './readingStore.ts'
import { readingWidth } from './sampleBlock.ts'

/** `values` holds the rows of all chunks. */
export function condense(
  chunks: readonly [Chunk, ...Chunk[]],
  values: Float64Array,
  domains: readonly Pick<EnergyDomain, 'wrapsAtJ'>[],
): Chunk & { rows: Float64Array } {
  const sums = domains.map(({ wrapsAtJ }) => domainSums(wrapsAtJ !== null))
  for (const chunk of chunks) {
    const { from, to, startMs, endMs, peaksW } = chunk
    const lengths = rowsByDomain(values, from, to, domains.length)
    for (let at = from; at < to; at += readingWidth) {
      const domain = values[at] ?? 0
      // One by one: a list of them for each of millions of rows would be thrown away at once.
      const atMs = values[at + 1] ?? 0
      const joules = values[at + 2] ?? Number.NaN
      const watts = values[at + 3] ?? Number.NaN
      const own = sums[domain]
      if (own === undefined) continue
      addJoules(own, domain, atMs, joules)
      if (Number.isNaN(watts)) continue
      // Weighted by the time that each chunk lasted.
      const weight = Math.max(1, endMs - startMs) / (lengths[domain] ?? 1)
      own.weight += weight
      own.energy += weight * watts
      own.moment += weight * atMs
      own.peakW = Math.max(own.peakW, peaksW?.[domain] ?? watts)
    }
  }
  return {
    startMs: chunks[0].startMs,
    endMs: chunks.at(-1)?.endMs ?? chunks[0].endMs,
    from: 0,
    to: 0,
    peaksW: Float64Array.from(sums, ({ weight, peakW }) => (weight === 0 ? Number.NaN : peakW)),
    rows: Float64Array.from(sums.flatMap(rowsOf)),
  }
}

const domainSums = (isWrapping: boolean) => ({
  /** The first value too: the counter may have wrapped just before it. */
  isWrapping,
  /** Rows around the falls of the counter, which stay. */
  falls: [0].slice(1),
  previousMs: Number.NaN,
  previousJ: Number.NaN,
  missingMs: Number.NaN,
  weight: 0,
  energy: 0,
  moment: 0,
  peakW: Number.NEGATIVE_INFINITY,
})
type DomainSums = ReturnType<typeof domainSums>

/**
 * A counter only grows, so its last value says all; where it fell, by a wrap or a fault, the values on both sides of the
 * fall stay, and the accounting judges them as it would have.
 */
function addJoules(sums: DomainSums, domain: number, atMs: number, joules: number): void {
  if (Number.isNaN(joules)) {
    sums.missingMs = atMs
    return
  }
  const { previousMs, previousJ, falls, isWrapping } = sums
  if (isWrapping && Number.isNaN(previousJ)) falls.push(domain, atMs, joules, Number.NaN)
  if (joules < previousJ) {
    falls.push(domain, previousMs, previousJ, Number.NaN, domain, atMs, joules, Number.NaN)
  }
  sums.previousMs = atMs
  sums.previousJ = joules
}

/** Where nothing could be read, one missing value stays. */
function rowsOf(sums: DomainSums, domain: number): number[] {
  const { falls, previousMs, previousJ, missingMs, weight, energy, moment } = sums
  const rows = [...falls]
  const isLastThere = falls.at(-3) === previousMs
  if (!Number.isNaN(previousJ) && !isLastThere) {
    rows.push(domain, previousMs, previousJ, Number.NaN)
  }
  if (weight > 0) rows.push(domain, moment / weight, Number.NaN, energy / weight)
  if (rows.length === 0 && !Number.isNaN(missingMs)) {
    rows.push(domain, missingMs, Number.NaN, Number.NaN)
  }
  return rows
}

/** How many watts each domain has between two places. */
function rowsByDomain(
  values: Float64Array,
  from: number,
  to: number,
  domainCount: number,
): Uint32Array {
  const counts = new Uint32Array(domainCount)
  for (let at = from; at < to; at += readingWidth) {
    if (Number.isNaN(values[at + 3] ?? Number.NaN)) continue
    const domain = values[at] ?? 0
    counts[domain] = (counts[domain] ?? 0) + 1
  }
  return counts
}
