import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TokenCounts } from '../backends/backend.ts'
import type { ClientProof } from '../core/clientProof.ts'
import { requestRecord } from '../testing/requestRecord.ts'
import type { RequestRecord } from '../workloads/driveLoad.ts'
import { clientWarnings } from './clientWarnings.ts'

const proof: ClientProof = {
  requests: 1,
  tokens: 4,
  chunks: 4,
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
const agreed: TokenCounts = {
  continuousUsage: 4,
  finalUsage: 4,
  tokenIds: null,
  logprobs: null,
  chunks: 4,
  stepsBy: 'continuous usage',
}

function counted(tokenCounts: TokenCounts): RequestRecord {
  const record = requestRecord({ steps: [[1, 4]], outputTokens: 4 })
  const { outcome } = record
  return outcome.status !== 'completed'
    ? record
    : { ...record, outcome: { ...outcome, completion: { ...outcome.completion, tokenCounts } } }
}
const codesOf = (...of: Parameters<typeof clientWarnings>): string[] =>
  clientWarnings(...of).map(({ code }) => code)

test('a calm client and counts that agree give no warning', () => {
  assert.deepEqual(codesOf([counted(agreed)], proof), [])
  assert.deepEqual(codesOf([requestRecord({ steps: [] })], null), [])
})

test('a client past a limit is told of, with the worst limit', () => {
  const [warning] = clientWarnings([], { ...proof, utilization: 0.7, eventLoopDelayP99Ms: 150 })
  assert.equal(warning?.code, 'CLIENT_LIMITED')
  assert.match(warning?.message ?? '', /eventLoopDelayP99Ms is 150 where 15\.0 is allowed/)
})

test('requests that were sent a second time are told of', () => {
  const again = { ...proof, retriedConnections: 2 }
  const [warning] = clientWarnings([counted(agreed), counted(agreed), counted(agreed)], again)
  assert.equal(warning?.code, 'REQUESTS_SENT_AGAIN')
  assert.match(warning?.message ?? '', /^2 of 3 requests were sent a second time/)
})

test('counts that disagree are told of, with one example', () => {
  const [warning] = clientWarnings([counted(agreed), counted({ ...agreed, finalUsage: 5 })], proof)
  assert.match(warning?.message ?? '', /1 of 2 requests .*running usage 4, final usage 5/)
})

test('chunks that hold several tokens are no disagreement', () => {
  assert.deepEqual(codesOf([counted({ ...agreed, chunks: 1 })], proof), [])
})

test('tokens shared among chunks make inter-token latency a mean', () => {
  const spread = { ...agreed, continuousUsage: null, chunks: 2, stepsBy: 'spread' as const }
  const [warning] = clientWarnings([counted(spread)], proof)
  assert.match(warning?.message ?? '', /chunks brought 2\.00 tokens each/)
})
