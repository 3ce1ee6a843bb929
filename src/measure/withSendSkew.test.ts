import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ClientProof } from '../core/clientProof.ts'
import { requestRecord } from '../testing/requestRecord.ts'
import { withSendSkew } from './withSendSkew.ts'

const proof: ClientProof = {
  requests: 2,
  tokens: 2,
  chunks: 2,
  chunksPerRead: 1,
  lateConnections: 0,
  retriedConnections: 0,
  sendSkewP99Ms: null,
  dispatchDelayP99Ms: 0.1,
  receiveLagP99Ms: null,
  eventLoopDelayP99Ms: 1,
  utilization: 0.1,
  cpuMs: 1,
}
const sent = (sentAtMs: number) => requestRecord({ sentAtMs, steps: [] })

test('the skew is from the schedule to the send, less the wait under a cap', () => {
  const requests = [
    { ...sent(103), scheduledAtMs: 100, queueWaitMs: 0 },
    { ...sent(303), scheduledAtMs: 200, queueWaitMs: 100 },
  ]
  assert.equal(withSendSkew(proof, requests)?.sendSkewP99Ms, 3)
})

test('a closed loop has no skew, and an engine in the worker no proof', () => {
  assert.equal(withSendSkew(proof, [sent(1)])?.sendSkewP99Ms, null)
  assert.equal(withSendSkew(null, []), null)
})
