import assert from 'node:assert/strict'
import { test } from 'node:test'
import { planLabels } from './planLabels.ts'
import { sweptFieldsOf } from './sweptFieldsOf.ts'

type Declared = Record<string, unknown>

/** Labels of experiments of one study; `backend` is read from what is declared. */
function labelsOf(...declared: Declared[]): string[] {
  const experiments = declared.map((one, index) => ({
    configHash: `${index}abcdefghij`,
    backend: String(one['backend'] ?? 'llamacpp'),
    declared: one,
  }))
  return planLabels(experiments, sweptFieldsOf(experiments))
}

test('an experiment that is alone is named by backend, model and precision', () => {
  assert.deepEqual(labelsOf({ model: 'models/small.gguf', n: 5 }), ['llamacpp small'])
  assert.deepEqual(labelsOf({ backend: 'fake', model: 'hf:org/repo:q8_0', precision: 'fp16' }), [
    'fake repo:q8_0 fp16',
  ])
})

test('a label shows what differs and nothing else', () => {
  assert.deepEqual(
    labelsOf(
      { model: 'synthetic/tiny', precision: 'fp16', n: 5, load: { concurrency: 1 } },
      { model: 'synthetic/tiny', precision: 'q8_0', n: 5, load: { concurrency: 8 } },
    ),
    ['fp16 concurrency=1', 'q8_0 concurrency=8'],
  )
})

test('what is left to its default is left out', () => {
  assert.deepEqual(labelsOf({ model: 'm' }, { model: 'm', decoder: { top_k: 5 } }), [
    'default',
    'top_k=5',
  ])
})

test('a section of a backend is named by its keys alone, and only where it differs', () => {
  assert.deepEqual(
    labelsOf(
      { model: 'm', fake: { ttft_ms: 1 }, backend: 'fake' },
      { model: 'm', llamacpp: { threads: 2, mmap: true } },
      { model: 'm', llamacpp: { threads: 4, mmap: true } },
    ),
    ['fake', 'llamacpp threads=2', 'llamacpp threads=4'],
  )
})

test('models of one name in two places keep as much of the path as tells them apart', () => {
  assert.deepEqual(labelsOf({ model: 'a/m.gguf' }, { model: 'b/m.gguf' }), ['a/m.gguf', 'b/m.gguf'])
  assert.deepEqual(labelsOf({ model: 'a/m.gguf' }, { model: 'b/m' }), ['m.gguf', 'm'])
})

test('two fields of one name are told with their sections', () => {
  assert.deepEqual(
    labelsOf(
      { model: 'm', prompt_length: { tokens: 1 }, fake: { tokens: 1 }, backend: 'fake' },
      { model: 'm', prompt_length: { tokens: 2 }, fake: { tokens: 2 }, backend: 'fake' },
    ),
    ['prompt_length.tokens=1 fake.tokens=1', 'prompt_length.tokens=2 fake.tokens=2'],
  )
})

test('lists and texts with spaces stay one part of the label', () => {
  assert.deepEqual(
    labelsOf({ dataset: 'my prompts', energy: { sources: ['rapl', 'nvml'] } }, { dataset: 'b' }),
    ['dataset=my_prompts sources=[rapl,nvml]', 'dataset=b'],
  )
})

test('labels that would look alike get the beginning of the hash', () => {
  assert.deepEqual(labelsOf({ dataset: 'a b' }, { dataset: 'a_b' }), [
    'dataset=a_b',
    'dataset=a_b #1abcdefg',
  ])
})
