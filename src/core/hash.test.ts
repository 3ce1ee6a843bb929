import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { hashJson, jsonHasher } from './hash.ts'
import { canonicalJson, isRecord } from './json.ts'

/** The same value with the keys of every object in the opposite order. */
function turned(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(turned)
  if (!isRecord(value)) return value
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, member]) => [key, turned(member)]),
  )
}

test('the hash of a value does not change between versions of this program', () => {
  const value = {
    model: 'synthetic/tiny',
    n: 100,
    decoder: { top_p: 1, temperature: 0.7 },
    tags: ['é', null, true],
  }
  assert.equal(
    canonicalJson(value),
    '{"decoder":{"temperature":0.7,"top_p":1},"model":"synthetic/tiny","n":100,"tags":["é",null,true]}',
  )
  // sha256sum of the text above.
  assert.equal(hashJson(value), 'bb1184eea8d0e6b534dfdbbaa08474374e0cd54bf44faa3bf0b12c5c0ee2a337')
})

test('the order of keys does not change the hash', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      assert.equal(hashJson(turned(value)), hashJson(value))
    }),
  )
})

test('the canonical text is JSON of the same value', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      assert.deepEqual(JSON.parse(canonicalJson(value)), JSON.parse(JSON.stringify(value)))
    }),
  )
})

test('a member that is undefined is as good as absent', () => {
  assert.equal(hashJson({ n: 1, precision: undefined }), hashJson({ n: 1 }))
})

test('values that differ have different texts', () => {
  const values = [
    null,
    0,
    '0',
    false,
    '',
    [],
    {},
    [0],
    { 0: 0 },
    [[]],
    [null],
    { a: null },
    'null',
    1e21,
  ]
  assert.equal(new Set(values.map(canonicalJson)).size, values.length)
})

test('only a plain object is a record', () => {
  assert.deepEqual([{}, { a: 1 }, [], null, 'x', 1].map(isRecord), [
    true,
    true,
    false,
    false,
    false,
    false,
  ])
})

test('a hasher that remembers shared parts agrees with the plain hash', () => {
  const hash = jsonHasher()
  const section = { b: [1, { c: undefined }], a: null }
  const values = [section, { section, n: 1 }, { n: 2, section }, [section, section], 'text', null]
  for (const value of [...values, ...values]) assert.equal(hash(value), hashJson(value))
})
