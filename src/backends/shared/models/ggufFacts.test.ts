import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ggufFacts } from './ggufFacts.ts'
import type { TensorFacts } from './readGguf.ts'

const tensor = (name: string, dimensions: number[], typeName = 'F16'): TensorFacts => ({
  name,
  dimensions,
  typeName,
  byteLength: dimensions.reduce((a, b) => a * b, 2),
})

test('of experts the active share counts, of tables only one that is the output too', () => {
  const metadata = {
    'general.architecture': 'mixtral',
    'mixtral.expert_count': 8,
    'mixtral.expert_used_count': 2,
    'mixtral.embedding_length': 10,
    'mixtral.attention.head_count': 5,
  }
  const layers = [
    tensor('blk.0.attn_norm.weight', [10], 'F32'),
    tensor('blk.0.attn_q.weight', [10, 10]),
    tensor('blk.0.ffn_up_exps.weight', [10, 20, 8]),
    tensor('blk.0.ffn_up_shexp.weight', [10, 20]),
  ]
  const embeddings = tensor('token_embd.weight', [10, 100])
  const untied = [embeddings, ...layers, tensor('output.weight', [10, 100])]
  const facts = ggufFacts('model', { metadata, tensors: untied })
  assert.equal(facts.parameterCount, 1000 + 10 + 100 + 1600 + 200 + 1000)
  assert.equal(facts.activeParameterCount, 100 + 400 + 200 + 1000)
  const tied = ggufFacts('model', { metadata, tensors: [embeddings, ...layers] })
  assert.equal(tied.activeParameterCount, 1000 + 100 + 400 + 200)
})

test('the cache is as wide as the heads that keys and values have: fewer with grouped queries', () => {
  const plain = {
    'general.architecture': 'x',
    'x.attention.head_count': 32,
    'x.embedding_length': 4096,
  }
  const widthOf = (more: Record<string, unknown>) =>
    ggufFacts('model', { metadata: { ...plain, ...more }, tensors: [] }).cacheWidth
  assert.equal(widthOf({}), 2 * 32 * 128)
  assert.equal(widthOf({ 'x.attention.head_count_kv': 8 }), 2 * 8 * 128)
  assert.equal(
    widthOf({ 'x.attention.head_count_kv': 8, 'x.attention.value_length': 64 }),
    8 * (128 + 64),
  )
  assert.equal(widthOf({ 'x.attention.head_count_kv': [8, 4] }), null)
})

test('what a file does not state, or states by layer, is null', () => {
  const metadata = { 'general.architecture': 'x', 'x.attention.head_count': [4, 8] }
  const facts = ggufFacts('model', { metadata, tensors: [tensor('a.weight', [2, 2], 'Q4_K')] })
  assert.deepEqual(
    [facts.layerCount, facts.attentionWidth, facts.contextLength, facts.weightType, facts.weights],
    [null, null, null, 'Q4_K', 'trained'],
  )
})
