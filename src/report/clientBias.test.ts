import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assertGolden } from '../testing/golden.ts'
import { sampleResult } from '../testing/sampleResult.ts'
import { clientBias } from './clientBias.ts'
import { renderClientBias } from './renderClientBias.ts'

const gauge = { mean: 1, max: 1 }
const server = {
  engine: 'vllm',
  looks: 11,
  looksInWindow: 9,
  running: gauge,
  waiting: gauge,
  kvCacheShare: null,
  meanQueueMs: null,
  meanTimeToFirstTokenMs: 30,
  meanEndToEndMs: 1000,
  promptTokens: 312,
  cachedPromptTokens: null,
  generatedTokens: 640,
  series: { atMs: [], running: [], waiting: [], kvCacheShare: [] },
}
const client = {
  requests: 10,
  tokens: 640,
  chunks: 640,
  chunksPerRead: 1,
  lateConnections: 0,
  retriedConnections: 0,
  sendSkewP99Ms: 6,
  dispatchDelayP99Ms: 0.25,
  receiveLagP99Ms: 1.5,
  eventLoopDelayP99Ms: 1,
  utilization: 0.1,
  cpuMs: 20,
}
const limits = [{ limit: 'sendSkewP99Ms', found: 6, allowed: 5 }]

test('the bias of a client is what it saw less what the server did', () => {
  const { rows } = clientBias(sampleResult({ server, client, clientLimits: [] }), { gapMs: 15 })
  const [first] = rows
  assert.deepEqual(first, {
    metric: 'time to first token, mean',
    unit: 'ms',
    server: 30,
    client: 31.25,
  })
})

test('the table tells each bias and whether the client was at its limit', () => {
  const known = { ttftMs: 30, gapMs: 15 }
  const biasWith = (clientLimits: typeof limits) =>
    clientBias(sampleResult({ server, client, clientLimits }), known)
  const loads = [
    { label: 'concurrency=1', bias: biasWith([]) },
    { label: 'concurrency=64', bias: biasWith(limits) },
  ]
  const text = renderClientBias(loads, known, { width: 80, isColor: false })
  assertGolden('src/report/golden/client-bias.txt', text)
})
