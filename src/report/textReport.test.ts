import assert from 'node:assert/strict'
import { test } from 'node:test'
import { warn } from '../core/warnings.ts'
import { resultSchema } from '../store/resultFile.ts'
import { assertGolden } from '../testing/golden.ts'
import {
  sampleDomainEnergy,
  sampleEnergy,
  sampleExperiment,
  sampleRequests,
  sampleResult,
} from '../testing/sampleResult.ts'
import { renderResult } from './textReport.ts'

const options = { width: 80, isColor: false, directory: 'results/study-1/runs/001' }
const golden = (name: string) => `src/report/golden/${name}.txt`

const estimated = sampleDomainEnergy({
  domain: { source: 'cpu-estimate', method: 'estimate', gainUncertainty: 0 },
  energy: { uncertaintyJ: null },
})

test('the sample result is one that we could have written', () => {
  resultSchema.parse(sampleResult())
})

test('a result measured with counters shows total, spread, derived figures and both domains', () => {
  const dram = sampleDomainEnergy({
    domain: { id: 'dram0', scope: 'dram' },
    energy: { energyJ: 41.7, uncertaintyJ: 4.2, meanPowerW: 4.17, maxPowerW: 5, idlePowerW: 2.9 },
  })
  const core = sampleDomainEnergy({ domain: { id: 'core0', scope: 'core' } })
  const energy = sampleEnergy(
    [sampleDomainEnergy({ domain: { contains: ['core0'] } }), dram, core],
    {
      energyJ: 353.7,
      uncertaintyJ: 31.5,
      domains: ['cpu0', 'dram0'],
      joulesPerOutputToken: 0.5527,
    },
  )
  assertGolden(golden('measured'), renderResult(sampleResult({ energy }), options))
})

test('every figure of an estimate says that it is one, in its own line', () => {
  const energy = sampleEnergy([estimated])
  const warnings = [warn('ENERGY_ESTIMATED', { domains: 'cpu0' })]
  const text = renderResult(sampleResult({ energy, warnings }), options)
  assertGolden(golden('estimate'), text)
  const withJoules = text.split('\n').filter((line) => /\d J\b/.test(line))
  assert.deepEqual(
    withJoules.filter((line) => !line.includes('(estimate)')),
    [],
  )
})

test('unknown energy is said to be unknown, with the reason', () => {
  const cause = 'only root may read /sys/class/powercap/intel-rapl:0/energy_uj'
  const energy = sampleEnergy([
    sampleDomainEnergy({
      energy: {
        energyJ: null,
        uncertaintyJ: null,
        meanPowerW: null,
        maxPowerW: null,
        idlePowerW: null,
        loadedIdlePowerW: null,
        energyAboveIdleJ: null,
        energyAboveLoadedIdleJ: null,
        readCount: 0,
      },
    }),
  ])
  const warnings = [warn('ENERGY_UNKNOWN', { domain: 'cpu0', cause })]
  assertGolden(golden('unknown'), renderResult(sampleResult({ energy, warnings }), options))
})

test('without any source the total is unknown because none was read', () => {
  const text = renderResult(sampleResult({ energy: sampleEnergy([]) }), options)
  assert.match(text, /total +unknown: no energy source was read/)
})

test('failed requests, an unknown model and a missing baseline show in the report', () => {
  const result = sampleResult({
    model: null,
    experiment: sampleExperiment({
      baseline: { ...sampleExperiment().config.baseline, enabled: false },
    }),
    requests: { ...sampleRequests, completed: 6, failed: 3, timedOut: 1, concurrency: 2 },
    tokens: {
      inputTokens: null,
      outputTokens: 448,
      discardedInputTokens: 90,
      discardedOutputTokens: 51,
      countedBy: 'stream',
    },
    warmup: null,
    warnings: [warn('REQUESTS_FAILED', { failed: 3, total: 10, firstReason: 'connection reset' })],
  })
  assertGolden(golden('failed-requests'), renderResult(result, options))
})

test('long warnings wrap to the width of the terminal', () => {
  const warnings = [
    warn('WARMUP_NOT_STEADY', { requests: 20, variation: 0.123, threshold: 0.05 }),
    warn('HOST_BUSY', { otherCores: 0.41 }),
  ]
  const text = renderResult(sampleResult({ warnings }), { ...options, width: 60 })
  assertGolden(golden('warnings'), text)
})

test('colors change nothing but colors', () => {
  const warnings = [warn('HOST_BUSY', { otherCores: 0.41 })]
  const plain = renderResult(sampleResult({ warnings }), options)
  const colored = renderResult(sampleResult({ warnings }), { ...options, isColor: true })
  assert.notEqual(colored, plain)
  // biome-ignore lint/suspicious/noControlCharactersInRegex: an escape sequence is what is looked for
  assert.equal(colored.replace(/\u001B\[\d+m/g, ''), plain)
})

test('prefill and decode stand below the total where they are known', () => {
  const phase = { energyJ: 12, uncertaintyJ: 1.5, unknownBecause: null, durationMs: 1, windows: 10 }
  const unknown = { ...phase, energyJ: null, uncertaintyJ: null, unknownBecause: 'too short' }
  const requestEnergy = {
    method: 'equal share',
    meanJ: 31.2,
    p50J: 31,
    p99J: 33,
    maxJ: 33,
    unattributedJ: 0,
    singleStream: {
      prefill: phase,
      decode: unknown,
      prefillJoulesPerInputToken: 0.25,
      decodeJoulesPerOutputToken: null,
    },
  }
  const text = renderResult(sampleResult({ requestEnergy }), options)
  assert.match(text, /prefill +12\.0 J \+- 1\.5 J \(95 %\), 0\.250 J per input token\n/)
  assert.doesNotMatch(text, /decode/)
  const estimate = sampleResult({ requestEnergy, energy: sampleEnergy([estimated]) })
  assert.match(renderResult(estimate, options), /prefill .* J per input token \(estimate\)\n/)
})

test('each stage of a ramp has a line, with goodput where there are limits', () => {
  const { timeToFirstToken, interTokenLatency, endToEnd } = sampleResult().latency
  const stage = {
    ratePerSecond: 2,
    durationMs: 60_000,
    requests: 120,
    completed: 120,
    timeToFirstToken,
    endToEnd,
    interTokenLatency,
    goodput: { requests: 118, share: 118 / 120, requestsPerSecond: 118 / 60 },
  }
  const crowded = { ...stage, ratePerSecond: 16, requests: 960, completed: 950 }
  const none = { ...stage, completed: 0, timeToFirstToken: null, endToEnd: null }
  const stages = [stage, { ...crowded, goodput: { ...stage.goodput, share: 0.125 } }, none]
  assertGolden(golden('stages'), renderResult(sampleResult({ stages }), options))
  const without = sampleResult({ stages: [{ ...stage, goodput: null }] })
  assert.doesNotMatch(renderResult(without, options), /goodput/)
})
