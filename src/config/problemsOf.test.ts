import assert from 'node:assert/strict'
import { test } from 'node:test'
import { z } from 'zod'
import { formatPath } from '../core/problem.ts'
import { problemsOf } from './problemsOf.ts'
import { schemaNodeOf } from './schemaNode.ts'

/** Problems of a value as lines: what a plug-in's schema gets for nothing. */
function linesOf(schema: z.ZodType, written: unknown): string[] {
  const { error } = schema.safeParse(written)
  if (error === undefined) return []
  return problemsOf(error.issues, written, schemaNodeOf(schema)).map(
    ({ path, message, hint }) => `${formatPath(path)}: ${message}${hint ? ` (${hint})` : ''}`,
  )
}

test('a rule worded by the schema keeps its words and gains what was found', () => {
  const even = z.int().refine((value) => value % 2 === 0, 'expected an even number')
  const schema = z.strictObject({ a: even, b: z.string().regex(/^x/, 'expected a leading x') })
  assert.deepEqual(linesOf(schema, { a: 3, b: 'y' }), [
    'a: expected an even number, found 3',
    'b: expected a leading x, found "y"',
  ])
  assert.deepEqual(linesOf(z.strictObject({ a: z.int().refine(() => false, 'odd') }), { a: 3 }), [
    'a: expected another value: odd, found 3',
  ])
})

test('formats, multiples and lengths are said from the schema or from zod, never left out', () => {
  const schema = z.strictObject({
    url: z.url(),
    step: z.number().multipleOf(5),
    pair: z.tuple([z.string(), z.number()]),
    some: z.array(z.number()).min(1),
    none: z.number().nullable(),
  })
  assert.deepEqual(linesOf(schema, { url: 'x', step: 7, pair: ['a'], some: [], none: 'x' }), [
    'url: expected text in the format uri, found "x"',
    'step: expected a number, a multiple of 5, found 7',
    'pair: expected a list with exactly 2, found a list of 1',
    'some: expected a list of numbers with at least 1, found an empty list',
    'none: expected a number or null, found "x"',
  ])
})

test('a map with listed names suggests the nearest, and checks its values', () => {
  const schema = z.strictObject({
    images: z.partialRecord(z.enum(['vllm', 'sglang']), z.string()),
    limits: z.record(z.string().regex(/^[a-z]+$/, 'expected small letters'), z.int()),
  })
  assert.deepEqual(linesOf(schema, { images: { vlm: 'a', sglang: 5 }, limits: { A: 1, b: 'x' } }), [
    'images.sglang: expected text, found 5 (write it in quotes: "5")',
    'images.vlm: expected a key of images, found vlm (did you mean vllm?)',
    'limits.A: expected small letters, found A',
    'limits.b: expected a whole number, found "x"',
  ])
})

test('of a union, the problems of the branch that was meant are told', () => {
  const schema = z.strictObject({
    device: z.union([
      z.literal('auto'),
      z.strictObject({ id: z.string(), watts: z.number() }),
      z.array(z.string()),
    ]),
  })
  assert.deepEqual(linesOf(schema, { device: { id: 'gpu0', wats: 5 } }), [
    'device.watts: expected a number, which is required',
    'device.wats: expected a key of device, found wats (did you mean watts?)',
  ])
  assert.deepEqual(linesOf(schema, { device: ['gpu0', 1] }), [
    'device[1]: expected text, found 1 (write it in quotes: "1")',
  ])
  assert.deepEqual(linesOf(schema, { device: 5 }), [
    'device: expected auto, a section of keys or a list of texts, found 5 (write its keys below it, such as device: {id: ...})',
  ])
})

test('a schema that has no JSON form still yields problems', () => {
  const schema = z.strictObject({
    json: z.record(z.string(), z.json()),
    made: z.custom<string>((value) => value === 'x', 'expected x'),
    more: z.string().transform((text) => text.length),
  })
  assert.deepEqual(linesOf(schema, { json: { f: () => 0 }, made: 'y', more: 1 }), [
    'json.f: expected any value, found a function',
    'made: expected x, found "y"',
    'more: expected text, found 1 (write it in quotes: "1")',
  ])
})
