import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fieldReader, sweptFieldsOf } from './sweptFieldsOf.ts'

type Declared = Record<string, unknown>

const on = (backend: string) => (declared: Declared) => ({ backend, declared })
const sweptAmong = (...declared: Declared[]): string[] => sweptFieldsOf(declared.map(on('fake')))

test('a field is swept when two experiments differ in it, also when one lacks it', () => {
  const shared = { top_k: 5 }
  assert.deepEqual(
    sweptAmong(
      { n: 1, decoder: shared, fake: { ttft_ms: 1 } },
      { n: 1, decoder: shared },
      { n: 2, decoder: { top_k: 5 }, fake: { ttft_ms: 1 } },
    ),
    ['fake.ttft_ms', 'n'],
  )
})

test('the section of a backend is compared among the experiments of that backend', () => {
  const experiments = [
    on('fake')({ n: 1, fake: { ttft_ms: 1 } }),
    on('llamacpp')({ n: 1, backend: 'llamacpp', llamacpp: { threads: 2, mmap: true } }),
    on('llamacpp')({ n: 1, backend: 'llamacpp', llamacpp: { threads: 4, mmap: true } }),
    on('fake')({ n: 1, fake: { ttft_ms: 1 } }),
  ]
  assert.deepEqual(sweptFieldsOf(experiments), ['backend', 'llamacpp.threads'])
})

test('lists are compared by what they hold', () => {
  assert.deepEqual(sweptAmong({ a: [1, 2] }, { a: [1, 2] }), [])
  assert.deepEqual(sweptAmong({ a: [1, 2] }, { a: [2, 1] }), ['a'])
})

test('one experiment and none sweep nothing', () => {
  assert.deepEqual(sweptAmong(), [])
  assert.deepEqual(sweptAmong({ n: 1 }), [])
})

test('a field is found by its path, and is null where it was not written', () => {
  const fieldIn = (declared: Declared, path: string) => fieldReader(path)(on('fake')(declared))
  assert.equal(fieldIn({ decoder: { top_k: 5 } }, 'decoder.top_k'), 5)
  assert.equal(fieldIn({ decoder: { top_k: 5 } }, 'decoder.top_p'), null)
  assert.equal(fieldIn({ decoder: 1 }, 'decoder.top_p'), null)
})

test('the backend is known where it was not written', () => {
  assert.equal(fieldReader('backend')(on('llamacpp')({})), 'llamacpp')
})
