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
  cacheWidth: 8,
  weightType: 'F16',
  weightBytes: 2000,
  weights: 'random',
  contextLength: null,
} as const

const records = [
  requestRecord({
    promptTokens: 3,
    steps: [
      [1, 1],
      [2, 1],
    ],
  }),
]
const input = {
  model,
  completed: records,
  durationMs: 1000,
  deviceNames: [],
  tokenMs: 1,
  concurrency: 1,
}

test('three prompt tokens and two generated ones are four passes over growing contexts', () => {
  const compute = estimateCompute(input)
  // 2 * 900 * 4 + 4 * 2 * 10 * (1 + 2 + 3 + 4), of which the last pass is the only one of decode
  assert.equal(compute?.flops, 7200 + 800)
  assert.equal(compute?.prefillFlops, 5400 + 480)
  assert.equal(compute?.decodeFlops, 1800 + 320)
  assert.equal(compute?.flopsPerSecond, 8000)
})

test('unknown dimensions or prompt lengths make no estimate', () => {
  const unknown = [requestRecord({ promptTokens: null, steps: [[1, 1]] })]
  assert.equal(estimateCompute({ ...input, completed: unknown }), null)
  assert.equal(estimateCompute({ ...input, model: { ...model, layerCount: null } }), null)
})

test('a token reads the active weights once, and the keys and values of its context', () => {
  // 2000 bytes * 900 / 1000, and 2 bytes * 2 layers * 8 numbers * 4 positions
  assert.equal(estimateCompute(input)?.bytesPerToken, 1800 + 128)
})

test('with a device whose limits are known, use of its arithmetic and its memory is told', () => {
  const compute = estimateCompute({ ...input, deviceNames: ['NVIDIA H100 80GB HBM3'] })
  assert.equal(compute?.peakFlopsPerSecond, 989.4e12)
  assert.equal(compute?.modelFlopsUtilization, 8000 / 989.4e12)
  const floorMs = (1000 * 1928) / 3350e9
  assert.ok(Math.abs((compute?.floorMsPerToken ?? 0) / floorMs - 1) < 1e-12)
  assert.equal(compute?.bandwidthUtilization, compute?.floorMsPerToken)
  assert.match(compute?.peakSource ?? '', /H100/)
})

test('several requests at a time share the weights that are read: their traffic has no such floor', () => {
  const compute = estimateCompute({ ...input, concurrency: 8, deviceNames: ['NVIDIA H200'] })
  assert.equal(compute?.bandwidthUtilization, null)
})

test('a device that is not listed leaves the limits unknown, beside one that is too', () => {
  const compute = estimateCompute({ ...input, deviceNames: ['NVIDIA H200', 'Voodoo 2'] })
  assert.equal(compute?.peakFlopsPerSecond, null)
  assert.equal(compute?.floorMsPerToken, null)
  assert.deepEqual(compute?.devices, [])
})

test('weights of 32 bits are not held against the peak of 16', () => {
  const wide = { ...model, weightType: 'F32' }
  const compute = estimateCompute({ ...input, model: wide, deviceNames: ['Tesla T4'] })
  assert.equal(compute?.modelFlopsUtilization, null)
  assert.equal(compute?.peakBytesPerSecond, 300e9)
})
