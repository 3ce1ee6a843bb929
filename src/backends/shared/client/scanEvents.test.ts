import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createParser } from 'eventsource-parser'
import fc from 'fast-check'
import { scanEvents } from './scanEvents.ts'

type Event = [name: string, data: string]

function scanAll(pieces: readonly Uint8Array[], longestEventBytes = 1 << 20): Event[] {
  const events: Event[] = []
  const scanner = scanEvents({
    longestEventBytes,
    onEvent: (bytes, start, end, name) => events.push([name, bytes.toString('utf8', start, end)]),
  })
  for (const piece of pieces) {
    // Amid other bytes, as in a buffer that is used again and again.
    const bytes = Buffer.concat([Buffer.from('\r\n'), piece, Buffer.from('\n\r\n: x\n')])
    scanner.write(bytes, 2, 2 + piece.length)
  }
  return events
}

/** The same through the library that follows the specification on strings. */
function parseAll(pieces: readonly Uint8Array[]): Event[] {
  const events: Event[] = []
  const decoder = new TextDecoder()
  const parser = createParser({
    onEvent: ({ event, data }) => events.push([event ?? '', data]),
  })
  for (const piece of pieces) parser.feed(decoder.decode(piece, { stream: true }))
  return events
}

/** Cuts bytes at places drawn as shares of their length. */
function cut(bytes: Buffer, shares: readonly number[]): Buffer[] {
  const places = [...new Set(shares.map((share) => Math.floor(share * bytes.length)))]
    .filter((place) => place > 0)
    .sort((a, b) => a - b)
  return [0, ...places].map((place, i) => bytes.subarray(place, places[i] ?? bytes.length))
}

const lineEnds = fc.constantFrom('\n', '\r\n', '\r')
const text = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 12 }),
  fc.constantFrom(
    '[DONE]',
    '',
    ' ',
    'é漢😀',
    '{"choices":[{"text":"a\\nb"}]}',
    ': data: x',
    '\ufeff',
  ),
)
const line = fc.oneof(
  { weight: 6, arbitrary: text.map((value) => `data: ${value}`) },
  text.map((value) => `data:${value}`),
  text.map((value) => `: ${value}`),
  text.map((value) => `event: ${value}`),
  fc.constantFrom(
    'data',
    ':',
    'id: 7',
    'retry: 10',
    'datax: 1',
    'error: {"code":500}',
    'data :x',
    ' data: y',
  ),
)
/** Line by line with its own line end, blank lines often: half of them end an event. */
const stream = fc
  .tuple(
    fc.boolean(),
    fc.array(fc.tuple(fc.oneof({ weight: 3, arbitrary: line }, fc.constant('')), lineEnds), {
      maxLength: 30,
    }),
    fc.constantFrom('', 'data: cut sho', 'data: [DONE]', 'data: x\r', '\r', '\n'),
  )
  .map(([hasMark, lines, tail]) =>
    Buffer.from(
      `${hasMark ? '\ufeff' : ''}${lines.map(([a, b]) => a.replace(/[\r\n]/g, '') + b).join('')}${tail}`,
    ),
  )
const cuts = fc.array(fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }), {
  maxLength: 25,
})

test('random streams cut anywhere give the events that a parser of the specification gives', () => {
  fc.assert(
    fc.property(stream, cuts, (bytes, shares) => {
      // The comment behind the stream settles a CR at its end, which the library waits for.
      const pieces = [...cut(bytes, shares), Buffer.from('\n: end\n')]
      assert.deepEqual(scanAll(pieces), parseAll(pieces))
    }),
    { numRuns: 4000 },
  )
})

test('a stream fed byte by byte gives the same events as in one piece', () => {
  fc.assert(
    fc.property(stream, (bytes) => {
      assert.deepEqual(scanAll([...bytes].map((byte) => Uint8Array.of(byte))), scanAll([bytes]))
    }),
    { numRuns: 500 },
  )
})

test('one event in one piece is handed on without a copy', () => {
  const piece = Buffer.from('data: {"a":1}\n\n')
  let isFirst = true
  const scanner = scanEvents({
    longestEventBytes: 100,
    onEvent: (bytes, start, end) => {
      // The very first is looked at for a byte order mark.
      if (!isFirst) assert.deepEqual([bytes === piece, start, end], [true, 6, 13])
      isFirst = false
    },
  })
  scanner.write(piece, 0, piece.length)
  scanner.write(piece, 0, piece.length)
  assert.equal(scanner.heldBytes(), 0)
})

test('a stream that was cut short leaves bytes held', () => {
  const scanner = scanEvents({ longestEventBytes: 100, onEvent: () => {} })
  scanner.write(Buffer.from('data: a\n\ndata: b\n'), 0, 17)
  assert.equal(scanner.heldBytes(), 8)
})

test('an event longer than the limit is refused, however it is cut', () => {
  const long = Buffer.from(`data: ${'x'.repeat(200)}`)
  assert.throws(() => scanAll([long], 100), RangeError)
  assert.throws(() => scanAll([Buffer.concat([long, Buffer.from('\n\n')])], 100), RangeError)
  assert.throws(
    () =>
      scanAll(
        [...long].map((byte) => Uint8Array.of(byte)),
        100,
      ),
    RangeError,
  )
  assert.deepEqual(scanAll([Buffer.from(`data: ${'x'.repeat(80)}\n\n`)], 100), [
    ['', 'x'.repeat(80)],
  ])
})

test('a long event in many pieces takes time in proportion to its length', () => {
  const piece = Buffer.alloc(64, 'y')
  const events = scanAll([
    Buffer.from('data: '),
    ...Array.from({ length: 10_000 }, () => piece),
    Buffer.from('\n\n'),
  ])
  assert.equal(events[0]?.[1].length, 640_000)
})
