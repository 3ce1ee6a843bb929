import assert from 'node:assert/strict'
import { test } from 'node:test'
import { requestRecord } from '../testing/requestRecord.ts'
import { countTokens } from './countTokens.ts'

test("the engine's count goes before the stream's", () => {
  const counts = countTokens(
    [
      requestRecord({
        steps: [
          [1, 1],
          [2, 1],
        ],
        outputTokens: 3,
      }),
    ],
    0,
  )
  assert.deepEqual([counts.outputTokens, counts.countedBy], [3, 'engine'])
})

test('one request that the engine did not count makes the stream count for all', () => {
  const counts = countTokens(
    [
      requestRecord({
        steps: [
          [1, 1],
          [2, 1],
        ],
        outputTokens: 3,
      }),
      requestRecord({ steps: [[1, 2]], outputTokens: null }),
    ],
    0,
  )
  assert.deepEqual([counts.outputTokens, counts.countedBy], [4, 'stream'])
})

test('tokens of a request that failed are discarded, not counted', () => {
  const counts = countTokens(
    [
      requestRecord({ steps: [[1, 1]], promptTokens: 5 }),
      requestRecord({ steps: [[1, 7]], failure: 'reset' }),
    ],
    11,
  )
  assert.deepEqual(counts, {
    inputTokens: 5,
    outputTokens: 1,
    discardedInputTokens: 11,
    discardedOutputTokens: 7,
    countedBy: 'stream',
  })
})

test('a prompt of unknown length makes the sum unknown', () => {
  const counts = countTokens([requestRecord({ steps: [[1, 1]], promptTokens: null })], 0)
  assert.equal(counts.inputTokens, null)
})
