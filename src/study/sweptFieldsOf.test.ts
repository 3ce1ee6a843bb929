import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fieldAt, sweptFieldsOf } from './sweptFieldsOf.ts'

test('a field is swept when two experiments differ in it, also when one lacks it', () => {
  const shared = { top_k: 5 }
  assert.deepEqual(
    sweptFieldsOf([
      { n: 1, decoder: shared, fake: { ttft_ms: 1 } },
      { n: 1, decoder: shared, llamacpp: { threads: 2 } },
      { n: 2, decoder: { top_k: 5 }, fake: { ttft_ms: 1 } },
    ]),
    ['fake.ttft_ms', 'llamacpp.threads', 'n'],
  )
})

test('lists are compared by what they hold', () => {
  assert.deepEqual(sweptFieldsOf([{ a: [1, 2] }, { a: [1, 2] }]), [])
  assert.deepEqual(sweptFieldsOf([{ a: [1, 2] }, { a: [2, 1] }]), ['a'])
})

test('one experiment and none sweep nothing', () => {
  assert.deepEqual(sweptFieldsOf([]), [])
  assert.deepEqual(sweptFieldsOf([{ n: 1 }]), [])
})

test('a field is found by its path, and is null where it was not written', () => {
  assert.equal(fieldAt({ decoder: { top_k: 5 } }, 'decoder.top_k'), 5)
  assert.equal(fieldAt({ decoder: { top_k: 5 } }, 'decoder.top_p'), null)
  assert.equal(fieldAt({ decoder: 1 }, 'decoder.top_p'), null)
})
