import assert from 'node:assert/strict'
import { test } from 'node:test'
import { breachesOf, type ClientProof } from './clientProof.ts'

const calm: ClientProof = {
  requests: 100,
  tokens: 12_800,
  chunks: 12_800,
  chunksPerRead: 1.02,
  lateConnections: 0,
  retriedConnections: 0,
  sendSkewP99Ms: null,
  dispatchDelayP99Ms: 0.4,
  receiveLagP99Ms: null,
  eventLoopDelayP99Ms: 3,
  utilization: 0.2,
  cpuMs: 150,
}

test('a client within its limits proves that it was not slow', () => {
  assert.deepEqual(breachesOf(calm), [])
})

test('every limit passed is told, the worst first', () => {
  const slow = { ...calm, sendSkewP99Ms: 6, eventLoopDelayP99Ms: 60, utilization: 0.9 }
  assert.deepEqual(breachesOf(slow), [
    { limit: 'eventLoopDelayP99Ms', found: 60, allowed: 15 },
    { limit: 'utilization', found: 0.9, allowed: 0.6 },
    { limit: 'sendSkewP99Ms', found: 6, allowed: 5 },
  ])
})

test('a limit that is only reached is kept', () => {
  assert.deepEqual(breachesOf({ ...calm, sendSkewP99Ms: 5 }), [])
})
