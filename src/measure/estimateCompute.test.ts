import assert from 'node:assert/strict'
import { test } from 'node:test'
import { requestRecord } from '../testing/requestRecord.ts'
import { estimateCompute } from './estimateCompute.ts'

const model = {
  name: 'm',
  architecture: 'llama',
  parameterCount: 1000,
  activeParameterCount: 900,
  layerCount: 2,
  attentionWidth: 10,
  weightType: 'F16',
  weightBytes: 2000,
  weights: 'random',
  contextLength: null,
} as const

test('three prompt tokens and two generated ones are four passes over growing contexts', () => {
  const compute = estimateCompute(
    model,
    [
      requestRecord({
        promptTokens: 3,
        steps: [
          [1, 1],
          [2, 1],
        ],
      }),
    ],
    1000,
  )
  // 2 * 900 * 4 + 4 * 2 * 10 * (1 + 2 + 3 + 4)
  assert.equal(compute?.flops, 7200 + 800)
  assert.equal(compute?.flopsPerSecond, 8000)
})

test('unknown dimensions or prompt lengths make no estimate', () => {
  const records = [requestRecord({ promptTokens: null, steps: [[1, 1]] })]
  assert.equal(estimateCompute(model, records, 1000), null)
  assert.equal(estimateCompute({ ...model, layerCount: null }, [], 1000), null)
})
