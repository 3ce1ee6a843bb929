import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { EnergyReading } from '../../energy/energySource.ts'
import { counterTrace, energyDomain, losing, powerTrace } from '../../testing/powerTrace.ts'
import { type EnergyInput, summarizeEnergy } from './summarizeEnergy.ts'

/** Idle at 40 W, loaded and idle at 60 W, then 10 s at 100 W. */
const idle = { startMs: 0, endMs: 5000 }
const loadedIdle = { startMs: 5000, endMs: 10_000 }
const window = { startMs: 10_000, endMs: 20_000 }
const steps = (atMs: number): number => (atMs < 5000 ? 40 : atMs < 10_000 ? 60 : 100)
const trace = { powerW: steps, endMs: 21_000, everyMs: 50 }

function input(more: Partial<EnergyInput> = {}): EnergyInput {
  return {
    domains: [energyDomain()],
    readings: counterTrace(trace),
    window,
    idle,
    loadedIdle,
    outputTokens: 500,
    requests: 20,
    ...more,
  }
}

const codes = ({ warnings }: ReturnType<typeof summarizeEnergy>): string[] =>
  warnings.map(({ code }) => code)

test('energy, power, idle power and energy above idle of one counter', () => {
  const summary = summarizeEnergy(input())
  const [gpu0] = summary.domains
  assert.ok(gpu0 !== undefined)
  const {
    domain: _,
    maxPowerW: __,
    uncertainty: ___,
    aboveIdleUncertainty: ____,
    aboveLoadedIdleUncertainty: _____,
    alignedEnergyJ,
    ...figures
  } = gpu0
  assert.equal(alignedEnergyJ, null)
  const rounded = Object.fromEntries(
    Object.entries(figures).map(([name, value]) => [name, Number(Number(value).toFixed(6))]),
  )
  assert.deepEqual(rounded, {
    energyJ: 1000,
    plainEnergyJ: 1000,
    // Edges of 50 ms: 1.96 * 100 W * 0.05 s / sqrt(6).
    uncertaintyJ: 4.000833,
    meanPowerW: 100,
    idlePowerW: 40,
    loadedIdlePowerW: 60,
    energyAboveIdleJ: 600,
    energyAboveLoadedIdleJ: 400,
    readCount: 200,
  })
  assert.deepEqual(summary.warnings, [])
})

test('joules per token and per request are those of the total', () => {
  const { total } = summarizeEnergy(input())
  assert.equal(total.joulesPerOutputToken, 2)
  assert.equal(total.joulesPerRequest, 50)
})

test('nothing is divided by an unknown or by zero', () => {
  const { total } = summarizeEnergy(input({ outputTokens: null, requests: 0 }))
  assert.equal(total.joulesPerOutputToken, null)
  assert.equal(total.joulesPerRequest, null)
  assert.equal(summarizeEnergy(input({ outputTokens: 0 })).total.joulesPerOutputToken, null)
})

test('without idle windows there is energy and nothing above idle', () => {
  const { domains, total, warnings } = summarizeEnergy(input({ idle: null, loadedIdle: null }))
  assert.equal(domains[0]?.idlePowerW, null)
  assert.equal(total.energyJ, 1000)
  assert.equal(total.energyAboveIdleJ, null)
  assert.deepEqual(warnings, [])
})

test('gain and edges of a sensor add in quadrature', () => {
  const { domains } = summarizeEnergy(
    input({ domains: [energyDomain({ gainUncertainty: 0.05, updatePeriodMs: 100 })] }),
  )
  const expectedJ = 1.96 * Math.hypot((100 * 0.05) / Math.sqrt(6), 50)
  assert.ok(Math.abs((domains[0]?.uncertaintyJ ?? 0) - expectedJ) < 1e-6)
})

test('a change is as uncertain as the time between the readings that show it', () => {
  const readings = counterTrace({ ...trace, everyMs: 10, publishMs: 100 })
  const { domains } = summarizeEnergy(input({ readings }))
  const expectedJ = (1.96 * 100 * 0.01) / Math.sqrt(6)
  assert.ok(Math.abs((domains[0]?.uncertaintyJ ?? 0) - expectedJ) < 1e-6)
})

test('energy below idle is told, with its sign', () => {
  const readings = counterTrace({ ...trace, powerW: (atMs) => (atMs < 10_000 ? 100 : 90) })
  const summary = summarizeEnergy(input({ readings }))
  assert.ok(Math.abs((summary.total.energyAboveIdleJ ?? 0) + 100) < 1e-9)
  assert.deepEqual(codes(summary), ['ENERGY_BELOW_IDLE'])
})

test('idle power that falls when the model is loaded is told: something else ran before', () => {
  const powerW = (atMs: number): number =>
    atMs < idle.endMs ? 70 : atMs < loadedIdle.endMs ? 60 : 100
  const summary = summarizeEnergy(input({ readings: counterTrace({ ...trace, powerW }) }))
  const told = summary.warnings.filter(({ code }) => code === 'IDLE_ABOVE_LOADED')
  assert.deepEqual(
    told.map(({ data }) => data),
    [{ domain: 'gpu0', idlePowerW: 70, loadedIdlePowerW: 60 }],
  )
})

test('a machine at rest is not below its idle power by what the edges of the windows explain', () => {
  const readings = powerTrace({ ...trace, powerW: (atMs) => (atMs < 10_000 ? 33.3 : 33.2) })
  const summary = summarizeEnergy(input({ readings, domains: [energyDomain({ method: 'power' })] }))
  assert.deepEqual(codes(summary), [])
})

test('idle power that could not be read is unknown and says why', () => {
  const readings = losing(counterTrace(trace), (atMs) => atMs < 5000)
  const summary = summarizeEnergy(input({ readings }))
  assert.equal(summary.domains[0]?.idlePowerW, null)
  assert.equal(summary.total.energyJ, 1000)
  assert.equal(summary.total.energyAboveIdleJ, null)
  assert.deepEqual(codes(summary), ['IDLE_POWER_UNKNOWN'])
})

test('a short window and few changes are told, once and per domain', () => {
  const readings = [
    ...counterTrace({ ...trace, everyMs: 50, publishMs: 500 }),
    ...counterTrace({ ...trace, domain: 'gpu1' }),
  ]
  const domains = [energyDomain(), energyDomain({ id: 'gpu1' })]
  const summary = summarizeEnergy(
    input({ domains, readings, window: { startMs: 10_000, endMs: 12_000 } }),
  )
  assert.deepEqual(codes(summary), ['SHORT_WINDOW', 'FEW_READINGS'])
})

test('one unknown part makes the total unknown, and the other parts stay known', () => {
  const domains = [energyDomain(), energyDomain({ id: 'gpu1' })]
  const readings = [
    ...counterTrace(trace),
    ...counterTrace({ ...trace, domain: 'gpu1', powerW: 0 }),
  ]
  const summary = summarizeEnergy(input({ domains, readings }))
  assert.equal(summary.total.energyJ, null)
  assert.equal(summary.total.joulesPerOutputToken, null)
  assert.deepEqual(
    summary.domains.map(({ energyJ }) => energyJ),
    [1000, null],
  )
  assert.deepEqual(codes(summary), ['COUNTER_STUCK'])
})

test('an unknown part that is contained in a known one does not make the total unknown', () => {
  const domains = [
    energyDomain({ id: 'cpu0', scope: 'package' }),
    energyDomain({ id: 'core0', scope: 'core' }),
  ]
  const readings = counterTrace({ ...trace, domain: 'cpu0' })
  const { total } = summarizeEnergy(input({ domains, readings }))
  assert.equal(total.energyJ, 1000)
  assert.deepEqual(total.domains, ['cpu0'])
})

test('independent uncertainties of two domains add in quadrature', () => {
  const domains = [energyDomain(), energyDomain({ id: 'gpu1' })]
  const readings = [...counterTrace(trace), ...counterTrace({ ...trace, domain: 'gpu1' })]
  const { total, domains: parts } = summarizeEnergy(input({ domains, readings }))
  const expectedJ = Math.hypot(...parts.map(({ uncertaintyJ }) => uncertaintyJ ?? 0))
  assert.ok(Math.abs((total.uncertaintyJ ?? 0) - expectedJ) < 1e-9)
})

test('a total with an estimated part says so, has no uncertainty and is warned of once', () => {
  const domains = [
    energyDomain(),
    energyDomain({ id: 'cpu', scope: 'package', method: 'estimate', source: 'cpu-estimate' }),
  ]
  const readings = [...counterTrace(trace), ...counterTrace({ ...trace, domain: 'cpu' })]
  const summary = summarizeEnergy(input({ domains, readings }))
  assert.equal(summary.total.energyJ, 2000)
  assert.equal(summary.total.isEstimate, true)
  assert.equal(summary.total.uncertaintyJ, null)
  assert.equal(summary.domains[1]?.uncertaintyJ, null)
  assert.deepEqual(codes(summary), ['ENERGY_ESTIMATED'])
})

test('an estimate that a measured domain contains does not make the total an estimate', () => {
  const domains = [
    energyDomain({ id: 'wall', scope: 'wall' }),
    energyDomain({ id: 'cpu', scope: 'package', method: 'estimate' }),
  ]
  const readings = [
    ...counterTrace({ ...trace, domain: 'wall' }),
    ...counterTrace({ ...trace, domain: 'cpu' }),
  ]
  const summary = summarizeEnergy(input({ domains, readings }))
  assert.equal(summary.total.isEstimate, false)
  assert.deepEqual(codes(summary), [])
})

test('a made-up sensor makes the total synthetic', () => {
  const domains = [energyDomain({ isSynthetic: true })]
  assert.equal(summarizeEnergy(input({ domains })).total.isSynthetic, true)
})

test('without any source the total is unknown and says why', () => {
  const summary = summarizeEnergy(input({ domains: [], readings: [] }))
  assert.equal(summary.total.energyJ, null)
  assert.deepEqual(codes(summary), ['ENERGY_UNKNOWN'])
})

test('the order of domains and readings does not matter', () => {
  const domains = [
    energyDomain(),
    energyDomain({ id: 'gpu1', method: 'power' }),
    energyDomain({ id: 'cpu0', scope: 'package' }),
    energyDomain({ id: 'core0', scope: 'core' }),
  ]
  const readings: EnergyReading[] = [
    ...counterTrace({ ...trace, everyMs: 500 }),
    ...powerTrace({ ...trace, everyMs: 500, domain: 'gpu1' }),
    ...counterTrace({ ...trace, everyMs: 500, domain: 'cpu0', powerW: 7 }),
  ]
  const expected = summarizeEnergy(input({ domains, readings }))
  const shuffled = fc.record({
    domains: fc.shuffledSubarray(domains, { minLength: domains.length }),
    readings: fc.shuffledSubarray(readings, { minLength: readings.length }),
  })
  fc.assert(
    fc.property(shuffled, (order) => {
      const found = summarizeEnergy(input(order))
      assert.deepEqual(found.total, expected.total)
      for (const one of found.domains) {
        assert.deepEqual(
          one,
          expected.domains.find(({ domain }) => domain.id === one.domain.id),
        )
      }
    }),
    { numRuns: 25 },
  )
})
