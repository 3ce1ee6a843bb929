import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decoderSchema } from '../../../config/decoder.ts'
import { samplingOptions } from './samplingOptions.ts'

const optionsOf = (written: object) =>
  samplingOptions({
    decoder: decoderSchema.parse(written),
    seed: 7,
    history: () => [],
    longestHistory: 100,
  })

test('the default is greedy, with every filter off and end-of-text tokens handed over', () => {
  assert.deepEqual(optionsOf({}), {
    temperature: 0,
    topK: null,
    topP: 1,
    minP: 0,
    seed: 7,
    yieldEogToken: true,
  })
})

test('filters and penalty are passed on as written', () => {
  const written = { temperature: 0.7, top_k: 20, top_p: 0.9, min_p: 0.05, repetition_penalty: 1.2 }
  const { repeatPenalty, ...rest } = optionsOf(written)
  assert.deepEqual(rest, {
    temperature: 0.7,
    topK: 20,
    topP: 0.9,
    minP: 0.05,
    seed: 7,
    yieldEogToken: true,
  })
  assert.equal(repeatPenalty?.penalty, 1.2)
  assert.equal(repeatPenalty.maxPunishTokens, 100)
})
