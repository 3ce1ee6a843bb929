import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { EnergyDomain } from '../../core/energyDomain.ts'
import { seededRandom } from '../../core/random.ts'
import { energyDomain } from '../../testing/powerTrace.ts'
import { summarizeEnergy } from '../energy/summarizeEnergy.ts'
import { readingStore } from './readingStore.ts'

const counter = energyDomain({ id: 'gpu0', updatePeriodMs: 100 })
const wrapping = energyDomain({ id: 'cpu0', scope: 'package', updatePeriodMs: 1, wrapsAtJ: 1000 })
const power = energyDomain({
  id: 'module0',
  method: 'power',
  scope: 'part',
  averagingWindowMs: 100,
})
const domains: readonly EnergyDomain[] = [counter, wrapping, power]
const window = { startMs: 20_000, endMs: 1_980_000 }
const everyMs = 50

/** Half an hour and more of three sensors, a block a second; `change` alters the values of one reading. */
function fill(mostRows: number, change: (row: number[], atMs: number) => number[] = (row) => row) {
  const store = readingStore({
    domains: () => domains,
    marks: () => [window.startMs, window.endMs],
    mostRows,
  })
  const random = seededRandom(7)
  let joules = 0
  for (let second = 0; second < 2000; second++) {
    const [readings, ticks]: [number[], number[]] = [[], []]
    for (let atMs = 1000 * second; atMs < 1000 * (second + 1); atMs += everyMs) {
      const watts = 200 + 50 * random.uniform()
      joules += (watts * everyMs) / 1000
      ticks.push(atMs, atMs + (atMs % 200 === 0 ? 2 : 0.5))
      readings.push(...change([0, atMs, joules, Number.NaN], atMs))
      readings.push(...change([1, atMs, joules % 1000, Number.NaN], atMs))
      readings.push(...change([2, atMs, Number.NaN, watts], atMs))
    }
    const block = { readings: Float64Array.from(readings), ticks: Float64Array.from(ticks) }
    store.add(block, { atMs: 1000 * second, cpuMs: second })
  }
  return store
}

const summarize = (store: ReturnType<typeof fill>) =>
  summarizeEnergy({
    domains,
    readings: store.all(),
    window,
    idle: null,
    loadedIdle: null,
    outputTokens: 100,
    requests: 1,
  })

test('a short run is kept as it was read', () => {
  const store = fill(1_000_000)
  assert.equal(store.all().length, 3 * 20 * 2000)
  assert.ok(store.all().every(({ peakW }) => peakW === undefined))
})

test('a long run is condensed, and its counters lose nothing by it, wraps included', () => {
  const [whole, condensed] = [fill(1_000_000), fill(5000)]
  assert.ok(condensed.all().length < 8000, `${condensed.all().length}`)
  const [exact, found] = [summarize(whole), summarize(condensed)]
  assert.deepEqual(
    found.warnings.map(({ message }) => message),
    exact.warnings.map(({ message }) => message),
  )
  for (const [index, { domain, energyJ, maxPowerW }] of found.domains.entries()) {
    const truth = exact.domains[index]
    const errorJ = Math.abs((energyJ ?? 0) - (truth?.energyJ ?? 0))
    assert.ok(
      errorJ < (domain.method === 'counter' ? 1e-6 : 1e-4 * (truth?.energyJ ?? 0)),
      `${errorJ}`,
    )
    if (domain.method === 'power') assert.equal(maxPowerW, truth?.maxPowerW)
  }
  assert.deepEqual(
    found.warnings.map(({ code }) => code),
    exact.warnings.map(({ code }) => code),
  )
})

test('a counter that ran backwards in the middle of a long run is still found out', () => {
  const restart = (row: number[], atMs: number) =>
    row[0] === 0 && atMs > 900_000
      ? row.map((value, at) => (at === 2 ? value - 190_000 : value))
      : row
  const codes = summarize(fill(5000, restart)).warnings.map(({ code }) => code)
  assert.ok(codes.includes('COUNTER_BACKWARDS'), codes.join())
})

test('around the ends of phases every reading stays', () => {
  const store = fill(5000)
  const near = store
    .all()
    .filter(({ domain, atMs }) => domain === 'gpu0' && Math.abs(atMs - window.startMs) <= 1500)
  assert.equal(near.length, 61)
})

test('the lateness of a long run is that of its ticks, and all of them count', () => {
  const ticks = fill(5000).ticks()
  assert.equal(
    ticks.reduce((sum, { count }) => sum + count, 0),
    40_000,
  )
})

test('what is asked for since a moment is in order and holds what came before it', () => {
  const recent = fill(1_000_000).since(1_990_000)
  assert.ok((recent[0]?.atMs ?? 0) < 1_990_000)
  assert.equal(recent.at(-1)?.atMs, 1_999_950)
  assert.ok(recent.every(({ atMs }, index) => atMs >= (recent[index - 1]?.atMs ?? 0)))
})
