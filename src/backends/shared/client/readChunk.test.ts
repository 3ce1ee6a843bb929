import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type Chunk, readChunk } from './readChunk.ts'
import { skimStamp, skimTotal } from './skimChunk.ts'

function read(data: unknown, name = ''): Chunk {
  const bytes = Buffer.from(typeof data === 'string' ? data : JSON.stringify(data))
  return readChunk(bytes, 0, bytes.length, name)
}

/** What differs from a chunk that tells nothing. */
function told(data: unknown): Record<string, unknown> {
  const { type: _, ...facts } = read(data)
  return Object.fromEntries(
    Object.entries(facts).filter(([, fact]) => fact !== null && fact !== false),
  )
}

test('the end is [DONE], with and without spaces', () => {
  for (const text of ['[DONE]', ' [DONE]', '[DONE] ', '[DONE]\n']) {
    const isBare = text.startsWith('[')
    assert.equal(read(text).type, isBare ? 'done' : 'malformed')
  }
})

test('a chunk of vLLM completions with a running total', () => {
  assert.deepEqual(
    told({
      choices: [{ index: 0, text: ' a', logprobs: null, finish_reason: null, stop_reason: null }],
      usage: { prompt_tokens: 5, total_tokens: 6, completion_tokens: 1 },
    }),
    { hasContent: true, outputTokens: 1, inputTokens: 5 },
  )
})

test('role-only, empty and finish chunks of a chat bring no content', () => {
  const delta = (value: object, finish_reason: string | null = null) =>
    told({ choices: [{ delta: value, finish_reason }] })
  assert.deepEqual(delta({ role: 'assistant', content: '' }), {})
  assert.deepEqual(delta({ content: null }), {})
  assert.deepEqual(delta({}, 'stop'), { finishReason: 'stop' })
})

test('reasoning, tool calls and refusals are content', () => {
  for (const delta of [
    { content: 'a' },
    { reasoning_content: 'a', content: null },
    { reasoning: 'a' },
    { refusal: 'no' },
    { tool_calls: [{ index: 0, function: { arguments: '{' } }] },
  ]) {
    assert.deepEqual(told({ choices: [{ delta }] }), { hasContent: true }, JSON.stringify(delta))
  }
})

test('a chunk without choices carries the final usage, with what came from the cache', () => {
  const usage = {
    prompt_tokens: 9,
    completion_tokens: 4,
    prompt_tokens_details: { cached_tokens: 8 },
  }
  assert.deepEqual(told({ choices: [], usage }), {
    isUsageOnly: true,
    outputTokens: 4,
    inputTokens: 9,
    cachedInputTokens: 8,
  })
})

test('token ids and log-probabilities are counted', () => {
  assert.deepEqual(told({ choices: [{ text: 'ab', token_ids: [4, 5] }] }), {
    hasContent: true,
    idCount: 2,
  })
  assert.equal(
    told({ choices: [{ text: 'a', logprobs: { tokens: ['a', 'b'] } }] })['logprobCount'],
    2,
  )
  assert.equal(
    told({ choices: [{ delta: { content: 'a' }, logprobs: { content: [{}] } }] })['logprobCount'],
    1,
  )
})

test('errors come in several shapes', () => {
  const details = [
    read({ error: { message: 'out of memory', code: 500 } }),
    read({ error: 'out of memory', error_type: 'generation' }),
    read({ object: 'error', message: 'out of memory', code: 400 }),
    read({ message: 'out of memory' }, 'error'),
  ]
  for (const detail of details) assert.deepEqual(detail, { type: 'error', detail: 'out of memory' })
})

test('an error of null is none', () => {
  assert.equal(read({ error: null, choices: [{ text: 'a' }] }).type, 'tokens')
})

test('what is no object is malformed, and said', () => {
  assert.deepEqual(read('{"choices":[{"te'), {
    type: 'malformed',
    detail: 'not JSON: {"choices":[{"te',
  })
  assert.equal(read('42').type, 'malformed')
  assert.equal(read('').type, 'malformed')
})

test('counts that are no counts are not told', () => {
  for (const completion_tokens of [-1, 1.5, '3', null, 1e300]) {
    assert.deepEqual(told({ choices: [{ text: '' }], usage: { completion_tokens } }), {})
  }
})

const oddText = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.constantFrom(
    '"completion_tokens":7',
    '"finish_reason":null',
    '\\"completion_tokens\\":7',
    '"sent_at_ms":3',
    '}',
    '{',
  ),
)
const count = fc.oneof(
  { weight: 3, arbitrary: fc.nat({ max: 2 ** 31 - 1 }) },
  fc.constantFrom(null, -3, 2.5, 1e21, 5e-7, '7', [1]),
)
const plainChunk = fc.record({
  id: oddText,
  choices: fc.tuple(
    fc.record({ text: oddText, finish_reason: fc.constantFrom(null, 'length', 'stop') }),
  ),
  usage: fc.record({ prompt_tokens: fc.nat(), completion_tokens: count }),
  model: oddText,
})

test('skimming a chunk finds what reading it finds, or leaves it to be read', () => {
  fc.assert(
    fc.property(plainChunk, fc.constantFrom(0, 1), (value, indent) => {
      const bytes = Buffer.from(`x${JSON.stringify(value, null, indent)}}`)
      const end = bytes.length - 1
      const total = skimTotal(bytes, 1, end)
      const full = readChunk(bytes, 1, end, '')
      if (total === null) return
      assert.equal(full.type, 'tokens')
      if (full.type !== 'tokens') return
      assert.deepEqual([full.outputTokens, full.finishReason], [total, null])
    }),
    { numRuns: 3000 },
  )
})

test('a plain chunk is skimmed, stamp and all', () => {
  const bytes = Buffer.from(
    '{"choices":[{"text":"a","finish_reason":null}],"usage":{"prompt_tokens":1,"completion_tokens": 42},"sent_at_ms":1234.5}',
  )
  assert.equal(skimTotal(bytes, 0, bytes.length), 42)
  assert.equal(skimStamp(bytes, 0, bytes.length), 1234.5)
})

test('the last chunk of an answer is left to be read', () => {
  const bytes = Buffer.from(
    '{"choices":[{"text":"a","finish_reason":"stop"}],"usage":{"completion_tokens":42}}',
  )
  assert.equal(skimTotal(bytes, 0, bytes.length), null)
})
