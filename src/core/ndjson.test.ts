import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { z } from 'zod'
import { decodeLine, encodeLine, lineSplitter } from './ndjson.ts'

/** The lines of a text that arrives in chunks of these sizes, repeated. */
function split(bytes: Uint8Array, sizes: readonly number[], longest?: number): string[] {
  const lines: string[] = []
  const splitter = lineSplitter((line) => lines.push(line), longest)
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const size = sizes[i % sizes.length] ?? 1
    splitter.write(bytes.subarray(at, at + size))
    at += size
  }
  splitter.end()
  return lines
}
const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text)

const sizes = fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 10 })
const line = fc.string({ unit: 'binary' }).map((text) => text.replaceAll(/[\r\n\ufeff]/g, ''))

test('lines come out the same however their bytes are cut', () => {
  fc.assert(
    fc.property(fc.array(line), fc.constantFrom('\n', '\r\n'), sizes, (lines, ending, cuts) => {
      const bytes = bytesOf(lines.map((text) => text + ending).join(''))
      const wellFormed = lines
        .map((text) => new TextDecoder().decode(bytesOf(text)))
        .filter((text) => text !== '')
      assert.deepEqual(split(bytes, cuts), wellFormed)
    }),
  )
})

test('every value comes back from its line', () => {
  const schema = z.strictObject({ value: z.unknown() })
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const decoded = decodeLine(encodeLine({ value }).trimEnd(), schema)
      assert.equal(JSON.stringify(decoded), JSON.stringify({ value }))
    }),
  )
})

test('a last line without an end is still a line', () => {
  assert.deepEqual(split(bytesOf('one\ntwo'), [64]), ['one', 'two'])
})

test('a character that never comes to its end does not take the line with it', () => {
  assert.deepEqual(split(Uint8Array.of(0x61, 0xe2, 0x82), [1]), ['a\ufffd'])
})

test('a line that is too long is cut, and the next one is whole', () => {
  const bytes = bytesOf(`${'x'.repeat(50)}\nnext\n`)
  assert.deepEqual(split(bytes, [7], 10), ['x'.repeat(10), 'next'])
})

test('what is no event of ours is no event', () => {
  const schema = z.strictObject({ type: z.literal('resultWritten'), atMs: z.number() })
  assert.deepEqual(decodeLine('{"type":"resultWritten","atMs":1}', schema), {
    type: 'resultWritten',
    atMs: 1,
  })
  for (const text of [
    '',
    'loading the model',
    '{"type":"resultWritten"',
    '{"type":"resultWritten","atMs":"1"}',
    '{"type":"resultWritten","atMs":1,"more":2}',
    '[1]',
    'null',
  ]) {
    assert.equal(decodeLine(text, schema), null, text)
  }
})
