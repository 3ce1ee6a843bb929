import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Result } from '../store/resultFile.ts'
import { sampleResult } from '../testing/sampleResult.ts'
import { checkIdentities } from './checkIdentities.ts'

const sample = sampleResult()
const identitiesBrokenBy = (replaced: Partial<Result>): string[] =>
  checkIdentities(sampleResult(replaced)).map(({ data }) => String(data['identity']))

test('figures that agree give no warning', () => {
  assert.deepEqual(identitiesBrokenBy({}), [])
})

test('joules per token are power over rate', () => {
  const total = { ...sample.energy.total, joulesPerOutputToken: 0.5 }
  assert.deepEqual(identitiesBrokenBy({ energy: { ...sample.energy, total } }), [
    'J/token = W / (tokens/s)',
  ])
})

test('tokens are rate times duration', () => {
  const throughput = { ...sample.throughput, outputTokensPerSecond: 60 }
  assert.ok(identitiesBrokenBy({ throughput }).includes('tokens = tokens/s x duration'))
})

test('outcomes add up to the requests sent, and every completed one has a latency', () => {
  const requests = { ...sample.requests, completed: 9 }
  assert.deepEqual(identitiesBrokenBy({ requests }), [
    'requests = completed + failed + timed out + empty',
    'every completed request has a latency',
  ])
})

test('gaps that are longer than requests had time for break power times latency', () => {
  const gap = sample.latency.interTokenLatency
  assert.ok(gap !== null)
  const broken = (factor: number): string[] =>
    identitiesBrokenBy({
      latency: { ...sample.latency, interTokenLatency: { ...gap, meanMs: factor * gap.meanMs } },
    })
  // In 10 s, 630 gaps of 15.4 ms fill 97 %: they cannot be twice as long.
  assert.deepEqual(broken(1.02), [])
  assert.deepEqual(broken(2), ['W x inter-token latency / requests in flight <= J/token'])
})

test('an unknown figure breaks nothing', () => {
  const total = { ...sample.energy.total, energyJ: null, joulesPerOutputToken: null }
  const latency = { ...sample.latency, interTokenLatency: null }
  assert.deepEqual(identitiesBrokenBy({ energy: { ...sample.energy, total }, latency }), [])
})
