import assert from 'node:assert/strict'
import { test } from 'node:test'
import { forecastMemory } from './forecastMemory.ts'

const outline = { weightBytes: 1000, layerCount: 30, cacheWidth: 384, vocabularySize: 49_152 }
const settings = {
  contextSize: 1024,
  sequences: 2,
  batchSize: 512,
  kvTypeK: 'F16',
  kvTypeV: 'F16',
}

test('the cache holds keys and values of every layer for every token of every sequence', () => {
  // 30 layers x 384 numbers x 1024 tokens x 2 sequences x 2 bytes
  assert.equal(forecastMemory(outline, settings)?.cacheBytes, 47_185_920)
})

test('a quantized cache is smaller by its type', () => {
  const half = forecastMemory(outline, { ...settings, kvTypeV: 'Q8_0' })
  // Blocks of 32 numbers in 34 bytes for the values.
  assert.equal(half?.cacheBytes, 23_592_960 + (11_796_480 / 32) * 34)
})

test('the buffer is the scores of one batch', () => {
  assert.equal(forecastMemory(outline, settings)?.bufferBytes, 512 * 49_152 * 4)
})

test('nothing is made up for a model that is not known', () => {
  assert.equal(forecastMemory(null, settings), null)
  assert.equal(forecastMemory({ ...outline, cacheWidth: null }, settings), null)
})
