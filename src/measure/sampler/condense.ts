/** Makes one chunk of neighbors: per domain the last value of the counter, every fall of it, and the mean of the watts. */

import type { EnergyDomain } from '../../core/energyDomain.ts'
import type { Chunk, Stretch } from './readingStore.ts'
import { readingWidth } from './sampleBlock.ts'

/** `values` holds the rows of all chunks. */
export function condense(
  chunks: readonly [Chunk, ...Chunk[]],
  values: Float64Array,
  domains: readonly Pick<EnergyDomain, 'wrapsAtJ'>[],
): Stretch & { rows: Float64Array } {
  const sums = domainSums(domains.length)
  const { weight: weights, energy, moment, peakW } = sums
  for (const chunk of chunks) {
    const { from, to, startMs, endMs, peaksW } = chunk
    const lengths = rowsByDomain(values, from, to, domains.length)
    for (let at = from; at < to; at += readingWidth) {
      const domain = values[at] ?? 0
      if (domain >= domains.length) continue
      addJoules(sums, values, at, domains[domain]?.wrapsAtJ ?? null)
      const atMs = values[at + 1] ?? 0
      const watts = values[at + 3] ?? Number.NaN
      if (Number.isNaN(watts)) continue
      // Weighted by the time that each chunk lasted.
      const weight = Math.max(1, endMs - startMs) / (lengths[domain] ?? 1)
      weights[domain] = (weights[domain] ?? 0) + weight
      energy[domain] = (energy[domain] ?? 0) + weight * watts
      moment[domain] = (moment[domain] ?? 0) + weight * atMs
      peakW[domain] = Math.max(peakW[domain] ?? watts, watts)
    }
    peaksW?.forEach((peak, domain) => {
      if (peak > (peakW[domain] ?? peak)) peakW[domain] = peak
    })
  }
  return {
    startMs: chunks[0].startMs,
    endMs: chunks.at(-1)?.endMs ?? chunks[0].endMs,
    peaksW: peakW.map((peak, domain) => (weights[domain] === 0 ? Number.NaN : peak)),
    rows: Float64Array.from(domains.flatMap((_, domain) => rowsOf(sums, domain))),
  }
}

/**
 * One number per domain. In typed arrays, and rows are handed on by their place: a fraction in a field of an object or in
 * a call may be an object of its own, and of millions of rows these were most of what a long run threw away.
 */
const domainSums = (count: number) => {
  const filled = (value: number): Float64Array => new Float64Array(count).fill(value)
  return {
    /** Rows around the falls of the counter, which stay. */
    falls: Array.from({ length: count }, (): number[] => []),
    previousMs: filled(Number.NaN),
    previousJ: filled(Number.NaN),
    missingMs: filled(Number.NaN),
    weight: filled(0),
    energy: filled(0),
    moment: filled(0),
    peakW: filled(Number.NEGATIVE_INFINITY),
  }
}
type DomainSums = ReturnType<typeof domainSums>

/**
 * A counter only grows, so its last value says all; where it fell, by a wrap or a fault, the values on both sides of the
 * fall stay, and the accounting judges them as it would have. Of one that wraps the first value stays too: it may have
 * wrapped just before it.
 */
function addJoules(
  sums: DomainSums,
  values: Float64Array,
  at: number,
  wrapsAtJ: number | null,
): void {
  const domain = values[at] ?? 0
  const atMs = values[at + 1] ?? 0
  const joules = values[at + 2] ?? Number.NaN
  if (Number.isNaN(joules)) {
    sums.missingMs[domain] = atMs
    return
  }
  const previousMs = sums.previousMs[domain] ?? Number.NaN
  const previousJ = sums.previousJ[domain] ?? Number.NaN
  const falls = sums.falls[domain]
  if (wrapsAtJ !== null && Number.isNaN(previousJ)) falls?.push(domain, atMs, joules, Number.NaN)
  if (joules < previousJ) {
    falls?.push(domain, previousMs, previousJ, Number.NaN, domain, atMs, joules, Number.NaN)
  }
  sums.previousMs[domain] = atMs
  sums.previousJ[domain] = joules
}

/** Where nothing could be read, one missing value stays. */
function rowsOf(sums: DomainSums, domain: number): number[] {
  const rows = [...(sums.falls[domain] ?? [])]
  const previousMs = sums.previousMs[domain] ?? Number.NaN
  const previousJ = sums.previousJ[domain] ?? Number.NaN
  const missingMs = sums.missingMs[domain] ?? Number.NaN
  const weight = sums.weight[domain] ?? 0
  const isLastThere = rows.at(-3) === previousMs
  if (!Number.isNaN(previousJ) && !isLastThere) {
    rows.push(domain, previousMs, previousJ, Number.NaN)
  }
  if (weight > 0) {
    const meanMs = (sums.moment[domain] ?? 0) / weight
    rows.push(domain, meanMs, Number.NaN, (sums.energy[domain] ?? 0) / weight)
  }
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
