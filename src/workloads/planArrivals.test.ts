import assert from 'node:assert/strict'
import { test } from 'node:test'
import { seededRandom } from '../core/random.ts'
import { type ArrivalPattern, type Gaps, planArrivals } from './planArrivals.ts'

const count = 20_000
const plan = (pattern: ArrivalPattern, seed = 1): Float64Array =>
  planArrivals(pattern, count, seededRandom(seed))

/** Mean and coefficient of variation of the gaps. */
function gapsOf(arrivals: Float64Array) {
  const gaps = arrivals.subarray(1).map((atMs, i) => atMs - (arrivals[i] ?? 0))
  const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length
  const variance = gaps.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / (gaps.length - 1)
  return { mean, variation: Math.sqrt(variance) / mean }
}

const near = (found: number, expected: number, tolerance: number): void =>
  assert.ok(Math.abs(found - expected) < tolerance, `${found} is not near ${expected}`)

test('a constant rate spaces requests evenly from the start', () => {
  const arrivals = planArrivals({ pattern: 'constant', requestsPerSecond: 4 }, 4, seededRandom(1))
  assert.deepEqual([...arrivals], [0, 250, 500, 750])
})

test('Poisson arrivals keep their rate and vary as exponential gaps do', () => {
  const { mean, variation } = gapsOf(plan({ pattern: 'poisson', requestsPerSecond: 100 }))
  // Standard errors: 10 ms / sqrt(20 000) = 0.07 ms, and about 1 / sqrt(20 000) = 0.007.
  near(mean, 10, 0.35)
  near(variation, 1, 0.05)
})

for (const shape of [0.25, 0.5, 2, 9]) {
  test(`gamma arrivals of shape ${shape} keep their rate and vary by its square root`, () => {
    const { mean, variation } = gapsOf(plan({ pattern: 'gamma', requestsPerSecond: 100, shape }))
    near(mean, 10, 1)
    near(variation, 1 / Math.sqrt(shape), 0.1 / Math.sqrt(shape))
  })
}

test('the same seed gives the same arrivals and another seed others', () => {
  const pattern: ArrivalPattern = { pattern: 'gamma', requestsPerSecond: 10, shape: 0.5 }
  assert.deepEqual(plan(pattern, 7), plan(pattern, 7))
  assert.notDeepEqual(plan(pattern, 7), plan(pattern, 8))
})

test('arrivals never go back in time', () => {
  const gaps: Gaps[] = [
    { pattern: 'poisson' },
    { pattern: 'gamma', shape: 0.1 },
    { pattern: 'constant' },
  ]
  for (const one of gaps) {
    const arrivals = plan({ ...one, requestsPerSecond: 50 })
    assert.deepEqual(arrivals, arrivals.toSorted())
  }
})

test('a trace is taken as it was recorded, in order, and no further than it goes', () => {
  const arrivals = planArrivals({ pattern: 'trace', offsetsMs: [5, 0, 900] }, 10, seededRandom(1))
  assert.deepEqual([...arrivals], [0, 5, 900])
})

const ramp = [
  { requestsPerSecond: 1, durationMs: 3000 },
  { requestsPerSecond: 4, durationMs: 1000 },
]

test('in stages each rate lasts its time, and the last goes on', () => {
  const arrivals = planArrivals({ pattern: 'constant', stages: ramp }, 9, seededRandom(1))
  assert.deepEqual([...arrivals], [0, 1000, 2000, 3000, 3250, 3500, 3750, 4000, 4250])
})

test('random arrivals in stages have the rate of each', () => {
  const stages = [
    { requestsPerSecond: 100, durationMs: 50_000 },
    { requestsPerSecond: 1000, durationMs: 15_000 },
  ]
  const arrivals = planArrivals({ pattern: 'poisson', stages }, count, seededRandom(3))
  const first = arrivals.filter((atMs) => atMs < 50_000).length
  // A Poisson count of 5000 has a standard deviation of 71.
  near(first, 5000, 300)
  near(arrivals.at(-1) ?? 0, 65_000, 1000)
})
