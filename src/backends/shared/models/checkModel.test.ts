import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkModel } from './checkModel.ts'

test('every form of a model that can be resolved passes', () => {
  for (const model of [
    'synthetic/tiny',
    'synthetic/llama-3.1-8b',
    'models/a b.gguf',
    'hf:org/repo-GGUF:Q4_K_M',
    'hf:org/repo/file.gguf',
    'hf:org/repo/Q4_K_M/file-00001-of-00002.gguf',
  ]) {
    assert.deepEqual(checkModel(model), [], model)
  }
})

test('an unknown synthetic shape names the nearest one', () => {
  const [problem] = checkModel('synthetic/smolm2-135m')
  assert.deepEqual(problem?.path, ['model'])
  assert.match(problem?.hint ?? '', /"synthetic\/smollm2-135m"/)
})

test('a shape without its prefix is recognized', () => {
  assert.match(checkModel('llama-3.2-1b')[0]?.hint ?? '', /"synthetic\/llama-3.2-1b"/)
})

test('a name far from every shape gets no suggestion but the list', () => {
  assert.match(checkModel('synthetic/xyzzy-quux-plugh')[0]?.hint ?? '', /llem list models/)
})

test('the name of an object member is no shape', () => {
  assert.equal(checkModel('synthetic/constructor').length, 1)
})

test('a malformed hub name says what one looks like', () => {
  for (const model of [
    'hf:',
    'hf:org',
    'hf:org/repo',
    'hf:org/repo/file.bin',
    'hf:../repo:q',
    'hf:org/repo/../x.gguf',
  ]) {
    const [problem] = checkModel(model)
    assert.match(problem?.message ?? '', /expected hf:org\/repo:quant/, model)
  }
})

test('a precision that GGUF has no type for is a problem of a synthetic model', () => {
  assert.deepEqual(checkModel('synthetic/tiny', 'q4_0'), [])
  assert.deepEqual(checkModel('synthetic/tiny', 'fp8')[0]?.path, ['precision'])
})
