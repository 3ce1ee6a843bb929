/** When requests arrive in an open loop: fixed before the window, whatever the server does. Pure, and the same for the same seed. */

import type { Random } from '../core/random.ts'
import { msToSeconds, secondsToMs } from '../core/units.ts'

/** How evenly requests follow each other. */
export type Gaps =
  /** Evenly spaced; the first at once. */
  | { pattern: 'constant' }
  /** Independent of each other: what many users make together. */
  | { pattern: 'poisson' }
  /** Gaps of a gamma distribution: in bursts below shape 1, which is Poisson, and more even above. */
  | { pattern: 'gamma'; shape: number }

export type ArrivalPattern =
  | (Gaps & { requestsPerSecond: number })
  /** One rate after another; the last goes on for as long as requests are left. */
  | (Gaps & { stages: readonly ArrivalStage[] })
  /** As recorded, milliseconds from the start. */
  | { pattern: 'trace'; offsetsMs: readonly number[] }

interface ArrivalStage {
  requestsPerSecond: number
  durationMs: number
}

/**
 * The first `count` arrivals in order, milliseconds from the start. Not stretched to end at `count / rate`, as vLLM's
 * client does: that would take away part of the variance that a random draw has.
 */
export function planArrivals(pattern: ArrivalPattern, count: number, random: Random): Float64Array {
  if (pattern.pattern === 'trace') {
    return Float64Array.from(pattern.offsetsMs.slice(0, count)).sort()
  }
  const stages =
    'stages' in pattern
      ? pattern.stages
      : [
          {
            requestsPerSecond: pattern.requestsPerSecond,
            durationMs: Number.POSITIVE_INFINITY,
          },
        ]
  const nextGap = gapsOf(pattern, random)
  let expected = pattern.pattern === 'constant' ? -1 : 0
  return Float64Array.from({ length: count }, () => {
    expected += nextGap()
    return timeOf(expected, stages)
  })
}

/** When so many requests are expected to have arrived: arrivals of rate 1 on a clock that runs with the rate (time rescaling). */
function timeOf(expected: number, stages: readonly ArrivalStage[]): number {
  let left = expected
  let startMs = 0
  for (const [index, { requestsPerSecond, durationMs }] of stages.entries()) {
    const inStage = requestsPerSecond * msToSeconds(durationMs)
    if (left < inStage || index === stages.length - 1)
      return startMs + secondsToMs(left / requestsPerSecond)
    left -= inStage
    startMs += durationMs
  }
  return startMs
}

/** Gaps with mean 1. */
function gapsOf(gaps: Gaps, random: Random): () => number {
  switch (gaps.pattern) {
    case 'constant':
      return () => 1
    case 'poisson':
      return () => exponential(random)
    case 'gamma':
      return () => gamma(gaps.shape, random) / gaps.shape
  }
}

/** By inversion; 1 - u keeps the logarithm away from 0. */
const exponential = (random: Random): number => -Math.log(1 - random.uniform())

/** Scale 1. Marsaglia and Tsang, "A simple method for generating gamma variables", 2000; below 1 by their section 6. */
function gamma(shape: number, random: Random): number {
  if (shape < 1) return gamma(shape + 1, random) * (1 - random.uniform()) ** (1 / shape)
  const d = shape - 1 / 3
  const c = 1 / Math.sqrt(9 * d)
  for (;;) {
    const x = random.normal()
    const v = (1 + c * x) ** 3
    if (v > 0 && Math.log(1 - random.uniform()) < 0.5 * x * x + d - d * v + d * Math.log(v)) {
      return d * v
    }
  }
}
