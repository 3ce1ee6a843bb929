import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decoderSchema } from '../../../config/decoder.ts'
import { type BodyOptions, buildRequestBody, fieldsBeyondStandard } from './buildRequestBody.ts'

const request = {
  index: 3,
  prompt: 'Say "hé"',
  promptTokens: null,
  maxOutputTokens: 64,
  seed: 45,
}
const options: BodyOptions = {
  kind: 'completions',
  model: 'org/model',
  decoder: decoderSchema.parse({}),
  fields: 'all',
  extraFields: {},
}
const bodyOf = (more: Partial<BodyOptions> = {}, of = {}): unknown =>
  JSON.parse(buildRequestBody({ ...request, ...of }, { ...options, ...more }).toString())

test('a completion asks for exact length, greedy choice and a running total', () => {
  assert.deepEqual(bodyOf(), {
    model: 'org/model',
    prompt: 'Say "hé"',
    max_tokens: 64,
    temperature: 0,
    top_p: 1,
    seed: 45,
    stream: true,
    stream_options: { include_usage: true, continuous_usage_stats: true },
    min_p: 0,
    repetition_penalty: 1,
    ignore_eos: true,
  })
})

test('token ids go instead of text where there are any', () => {
  assert.deepEqual(bodyOf({}, { promptTokens: [1, 2, 3] }), {
    ...Object(bodyOf()),
    prompt: [1, 2, 3],
  })
})

test('a chat sends one message of the user', () => {
  const { prompt: _, ...rest } = Object(bodyOf())
  assert.deepEqual(bodyOf({ kind: 'chat' }), {
    ...rest,
    messages: [{ role: 'user', content: 'Say "hé"' }],
  })
})

test('a server of the standard fields gets no others', () => {
  assert.deepEqual(bodyOf({ fields: 'standard', extraFields: { top_k: -1 } }), {
    model: 'org/model',
    prompt: 'Say "hé"',
    max_tokens: 64,
    temperature: 0,
    top_p: 1,
    seed: 45,
    stream: true,
    stream_options: { include_usage: true },
  })
})

test('the fields beyond the standard are named', () => {
  const decoder = decoderSchema.parse({ top_k: 40, min_new_tokens: 8 })
  assert.deepEqual(fieldsBeyondStandard({ ...options, decoder, extraFields: { priority: 1 } }), [
    'ignore_eos',
    'min_p',
    'min_tokens',
    'priority',
    'repetition_penalty',
    'stream_options.continuous_usage_stats',
    'top_k',
  ])
})

test('the fields of an engine win over ours', () => {
  assert.equal(Object(bodyOf({ extraFields: { min_p: 0.5 } })).min_p, 0.5)
})
