import assert from 'node:assert/strict'
import { test } from 'node:test'
import { requestRecord } from '../testing/requestRecord.ts'
import { summarizeLatency } from './summarizeLatency.ts'

test('time to first token is not an inter-token gap', () => {
  const latency = summarizeLatency([
    requestRecord({
      sentAtMs: 100,
      steps: [
        [150, 1],
        [160, 1],
        [180, 1],
      ],
    }),
  ])
  assert.equal(latency.timeToFirstToken?.meanMs, 50)
  assert.deepEqual(
    [
      latency.interTokenLatency?.count,
      latency.interTokenLatency?.meanMs,
      latency.interTokenLatency?.maxMs,
    ],
    [2, 15, 20],
  )
  assert.equal(latency.endToEnd?.meanMs, 80)
})

test('a step that brings four tokens counts as four gaps of a quarter', () => {
  const latency = summarizeLatency([
    requestRecord({
      steps: [
        [10, 1],
        [50, 4],
      ],
    }),
  ])
  assert.deepEqual([latency.interTokenLatency?.count, latency.interTokenLatency?.p99Ms], [4, 10])
})

test('no tokens, no latency: unknown instead of zero', () => {
  assert.equal(
    summarizeLatency([requestRecord({ steps: [], endedAtMs: 5 })]).timeToFirstToken,
    null,
  )
})
