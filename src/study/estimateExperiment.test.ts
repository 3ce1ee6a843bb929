import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseStudy } from '../config/parseStudy.ts'
import { sampleSections as sections } from '../testing/sampleSections.ts'
import { estimateExperiment, type Foreseen } from './estimateExperiment.ts'

const machine = {
  usableCores: 2,
  totalMemoryBytes: 8e9,
  availableMemoryBytes: 6e9,
  gpus: [],
  resultsDir: 'results',
  freeDiskBytes: 1e9,
}
const onCpu = { gpus: { least: 0, most: 0 }, memory: null, requestMs: null }
const outline = { weightBytes: 142.5e6, layerCount: 1, cacheWidth: 1, vocabularySize: 1 }
const earlier = {
  study: 'bits-1',
  inFlight: 1,
  tokensPerSecond: 100,
  powerW: 50,
  idleW: 20,
  warmupRequests: 5,
  otherMs: 3000,
}

/** 10 requests of 80 tokens, each of 160 tokens to read; no warm-up, no idle windows. */
const plain = {
  model: 'm',
  n: 10,
  max_output_tokens: 80,
  prompt_length: { distribution: 'fixed', tokens: 160 },
  warmup: { enabled: false },
  baseline: { enabled: false },
}

function estimate(fields: Record<string, unknown>, foreseen: Partial<Foreseen> = {}) {
  const written = { ...plain, ...fields }
  const parsed = parseStudy({ written, file: 'study.yaml', overrides: [], sections })
  assert.ok(parsed.ok)
  const [candidate] = parsed.value.candidates()
  assert.ok(candidate?.parsed.ok)
  return estimateExperiment({
    config: candidate.parsed.value.config,
    forecast: onCpu,
    outline: null,
    earlier: null,
    machine,
    computesHere: true,
    ...foreseen,
  })
}

test('with nothing known, 20 tokens per second are assumed, and called so', () => {
  const { durationMs, duration } = estimate({})
  // 80 tokens and an eighth of 160: 100 steps at 20 per second, ten times; 0.4 s to start.
  assert.equal(durationMs, 50_400)
  assert.deepEqual(duration, { kind: 'assumed', figure: 20 })
})

test('known weights bound the rate by what a CPU reads', () => {
  const { durationMs, duration } = estimate({}, { outline })
  // 142.5 MB at 15 GB/s take 9.5 ms, a step 0.5 ms more: 10 s; loading takes 0.1425 s.
  assert.equal(durationMs, 10_542.5)
  assert.deepEqual(duration, { kind: 'bandwidth', figure: 100 })
})

test('weights on a GPU are read faster', () => {
  const gpus = [{ name: 'board', memoryBytes: 80e9, powerLimitW: 700 }]
  const forecast = { ...onCpu, gpus: { least: 0, most: null } }
  const { duration } = estimate({}, { outline, forecast, machine: { ...machine, gpus } })
  assert.equal(duration.figure, 1 / (142.5e6 / 700e9 + 0.0005))
})

test('requests in flight share the time until there are many', () => {
  const at = (concurrency: number) => estimate({ n: 64, load: { concurrency } }).durationMs - 400
  assert.equal(at(8), at(1) / 8)
  assert.equal(at(16), at(8))
})

test('an open load lasts as long as requests arrive, and the last one', () => {
  const load = { mode: 'open', rate_per_second: 2 }
  const open = estimate({ n: 21, load }, { forecast: { ...onCpu, requestMs: 700 } })
  assert.equal(open.durationMs, 10_000 + 700 + 400)
  const capped = { ...load, max_concurrency: 1 }
  const slow = estimate({ n: 21, load: capped }, { forecast: { ...onCpu, requestMs: 700 } })
  assert.equal(slow.durationMs, 21 * 700 + 400)
})

test('stages last as long as they say, and an offline load one request of all', () => {
  const stages = [1, 2].map((rate) => ({ rate_per_second: rate, duration_seconds: 10 }))
  const forecast = { ...onCpu, requestMs: 700 }
  const ramp = estimate({ n: undefined, load: { mode: 'stages', stages } }, { forecast })
  assert.equal(ramp.durationMs, 20_000 + 700 + 400)
  const offline = estimate({ load: { mode: 'offline' } }, { forecast })
  assert.equal(offline.durationMs, 700 + 400)
})

test('an earlier run gives rate, power, warm-up and the time around the load', () => {
  const { durationMs, energyJ, duration, power } = estimate(
    { warmup: { enabled: true }, baseline: { duration_seconds: 10 } },
    { earlier },
  )
  // 10 and 5 requests of 0.8 s, two idle windows of 10 s, 3 s around them.
  assert.equal(durationMs, 12_000 + 20_000 + 3000)
  assert.equal(energyJ, 12 * 50 + 23 * 20)
  assert.deepEqual([duration.kind, power.kind], ['earlier', 'earlier'])
})

test('the warm-up has as many in flight as it will have, whatever the load limits', () => {
  const stages = [1, 2].map((rate) => ({ rate_per_second: rate, duration_seconds: 10 }))
  const load = { mode: 'stages', stages }
  const inFlight = 8
  const ramp = estimate(
    { n: undefined, load, warmup: { enabled: true } },
    { earlier: { ...earlier, inFlight, warmupRequests: 20 } },
  )
  // A request of 80 tokens takes 6.4 s beside seven others; 20 of them are three rounds of eight.
  assert.equal(ramp.durationMs, 20_000 + 6400 + 3 * 6400 + 3000)
})

test('what the options state wins over everything', () => {
  const { durationMs, duration } = estimate({}, { earlier, forecast: { ...onCpu, requestMs: 7 } })
  assert.equal(durationMs, 70 + 3000)
  assert.deepEqual(duration, { kind: 'stated', figure: null })
})

test('power is assumed by thread and board, an idle machine takes a tenth', () => {
  const { energyJ, power } = estimate({ n: 20 })
  assert.deepEqual(power, { kind: 'assumed', figure: 8 })
  assert.equal(energyJ, 100 * 8 + 0.4 * 0.8)
  const gpus = [{ name: 'board', memoryBytes: null, powerLimitW: null }]
  const forecast = { ...onCpu, gpus: { least: 1, most: 1 } }
  assert.equal(estimate({}, { forecast, machine: { ...machine, gpus } }).power.figure, 308)
})

test('of a backend that computes nothing here the energy is unknown', () => {
  const { energyJ, power } = estimate({}, { computesHere: false })
  assert.deepEqual([energyJ, power.kind], [null, 'unknown'])
})

test('a warm-up ends at its time limit, after one request at least', () => {
  const warm = (max_seconds: number) =>
    estimate({ warmup: { enabled: true, max_seconds } }).durationMs - estimate({}).durationMs
  // Four requests of 5 s.
  assert.deepEqual([warm(120), warm(12), warm(1)], [20_000, 12_000, 5000])
})

test('no source, no idle window', () => {
  const idle = { baseline: { enabled: true }, energy: { sources: [] } }
  assert.equal(estimate(idle).durationMs, estimate({}).durationMs)
})
