import assert from 'node:assert/strict'
import { type IncomingMessage, request } from 'node:http'
import { createServer } from 'node:net'
import { type TestContext, test } from 'node:test'
import fc from 'fast-check'
import { ResponseParser } from './responseParser.ts'

interface Seen {
  status: number | null
  headers: Record<string, string>
  body: string
  outcome: 'done' | 'open' | 'malformed'
  keepsAlive: boolean
}

/** Feeds pieces one by one, then closes the connection when told to. */
function parse(pieces: readonly Buffer[], isClosed = false): Seen & { used: number } {
  const parser = new ResponseParser()
  const seen: Seen = { status: null, headers: {}, body: '', outcome: 'open', keepsAlive: false }
  let used = 0
  const body: Buffer[] = []
  try {
    for (const piece of pieces) {
      used += parser.read(piece, piece.length, {
        onHead({ status, headers }) {
          seen.status = status
          seen.headers = Object.fromEntries(headers)
        },
        onBody: (bytes, start, end) => body.push(Buffer.from(bytes.subarray(start, end))),
      })
    }
    if (isClosed) parser.close()
    if (parser.isDone) seen.outcome = 'done'
  } catch (error) {
    assert.ok(error instanceof SyntaxError)
    seen.outcome = 'malformed'
  }
  return { ...seen, used, keepsAlive: parser.keepsAlive, body: Buffer.concat(body).toString() }
}

const answer = (...lines: string[]): Buffer => Buffer.from(lines.join('\r\n'))
const chunked = answer(
  'HTTP/1.1 200 OK',
  'Transfer-Encoding: chunked',
  'Content-Type: text/event-stream',
  '',
  '5;extension=1',
  'hello',
  '1A',
  'abcdefghijklmnopqrstuvwxyz',
  '0',
  'trailer: 1',
  '',
  '',
)

test('a chunked answer is read with its extensions and trailer', () => {
  const seen = parse([chunked])
  assert.deepEqual(
    [seen.status, seen.body, seen.outcome, seen.keepsAlive, seen.used],
    [200, 'helloabcdefghijklmnopqrstuvwxyz', 'done', true, chunked.length],
  )
  assert.equal(seen.headers['content-type'], 'text/event-stream')
})

test('byte by byte gives the same as at once', () => {
  assert.deepEqual(parse([...chunked].map((byte) => Buffer.of(byte))), parse([chunked]))
})

test('a body of a stated length ends there, and what follows is left', () => {
  const seen = parse([answer('HTTP/1.1 200 OK', 'content-length: 3', '', 'abcdef')])
  assert.deepEqual([seen.body, seen.outcome, seen.used], ['abc', 'done', 41])
})

test('a body without a length lasts as long as the connection', () => {
  const pieces = [answer('HTTP/1.1 200 OK', '', 'abc'), Buffer.from('def')]
  assert.deepEqual(
    [parse(pieces).outcome, parse(pieces, true).outcome, parse(pieces, true).keepsAlive],
    ['open', 'done', false],
  )
  assert.equal(parse(pieces, true).body, 'abcdef')
})

test('a chunked answer cut short is not done when the connection closes', () => {
  assert.equal(parse([chunked.subarray(0, -8)], true).outcome, 'open')
})

test('interim answers are passed over', () => {
  const interim = answer(
    'HTTP/1.1 100 Continue',
    '',
    'HTTP/1.1 103 Early Hints',
    'link: </a>',
    '',
    '',
  )
  const seen = parse([Buffer.concat([interim, chunked])])
  assert.deepEqual([seen.status, seen.outcome], [200, 'done'])
})

test('an answer without a body is done with its head', () => {
  assert.equal(parse([answer('HTTP/1.1 204 No Content', '', '')]).outcome, 'done')
  assert.equal(parse([answer('HTTP/1.1 500 Oops', 'content-length: 0', '', '')]).outcome, 'done')
})

test('connections that are to be closed are not used again', () => {
  const length = 'content-length: 1'
  const kept = (first: string, ...fields: string[]) =>
    parse([answer(first, length, ...fields, '', 'a')]).keepsAlive
  assert.equal(kept('HTTP/1.1 200 OK'), true)
  assert.equal(kept('HTTP/1.1 200 OK', 'Connection: Close'), false)
  assert.equal(kept('HTTP/1.0 200 OK'), false)
  assert.equal(kept('HTTP/1.0 200 OK', 'connection: keep-alive'), true)
})

const malformed: [what: string, bytes: Buffer][] = [
  ['no HTTP', answer('SSH-2.0-OpenSSH', '', '')],
  ['HTTP/2', answer('HTTP/2 200', '', '')],
  ['a header without a name', answer('HTTP/1.1 200 OK', ': a', '', '')],
  ['a length that is no number', answer('HTTP/1.1 200 OK', 'content-length: -3', '', '')],
  ['an unknown coding', answer('HTTP/1.1 200 OK', 'transfer-encoding: gzip', '', '')],
  [
    'a size that is no number',
    answer('HTTP/1.1 200 OK', 'transfer-encoding: chunked', '', 'xyz', ''),
  ],
  ['an empty size', answer('HTTP/1.1 200 OK', 'transfer-encoding: chunked', '', '', '')],
  [
    'an endless size',
    answer('HTTP/1.1 200 OK', 'transfer-encoding: chunked', '', '1'.repeat(20), ''),
  ],
  ['a longer chunk', answer('HTTP/1.1 200 OK', 'transfer-encoding: chunked', '', '1', 'abc', '')],
  [
    'an endless head',
    answer('HTTP/1.1 200 OK', ...Array(900).fill('x: a long header field'), '', ''),
  ],
]
for (const [what, bytes] of malformed) {
  test(`${what} is malformed, at once and byte by byte`, () => {
    assert.equal(parse([bytes]).outcome, 'malformed')
    assert.equal(parse([...bytes].map((byte) => Buffer.of(byte))).outcome, 'malformed')
  })
}

/** Raw bytes as any server may send them, mostly well formed. */
const rawAnswer = fc
  .record({
    first: fc.constantFrom('HTTP/1.1 200 OK', 'HTTP/1.1 404 Not Found', 'HTTP/1.0 200 OK'),
    field: fc.constantFrom('X-Any: thing', 'x-empty:', 'x-spaces:   a b  '),
    framing: fc.constantFrom('chunked', 'length', 'none', 'short'),
    chunks: fc.array(fc.string({ minLength: 1, maxLength: 40 }), { maxLength: 6 }),
  })
  .map(({ first, field, framing, chunks }) => {
    const body = chunks.join('')
    const bytes = Buffer.byteLength(body)
    if (framing === 'chunked') {
      const framed = chunks.map((one) => `${Buffer.byteLength(one).toString(16)}\r\n${one}\r\n`)
      return `${first}\r\n${field}\r\nTransfer-Encoding: chunked\r\n\r\n${framed.join('')}0\r\n\r\n`
    }
    const length =
      framing === 'none' ? '' : `Content-Length: ${bytes + (framing === 'short' ? 5 : 0)}\r\n`
    return `${first}\r\n${field}\r\n${length}\r\n${body}`
  })
const cuts = fc.array(fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }), {
  maxLength: 6,
})

function cut(bytes: Buffer, shares: readonly number[]): Buffer[] {
  const places = [...new Set([0, ...shares.map((share) => Math.floor(share * bytes.length))])]
  places.sort((a, b) => a - b)
  return places.map((place, i) => bytes.subarray(place, places[i + 1] ?? bytes.length))
}

/** A server that sends these bytes to whoever asks, and closes. */
async function rawServer(t: TestContext) {
  let bytes = Buffer.alloc(0)
  const server = createServer((socket) => {
    socket.on('error', () => {})
    socket.once('data', () => socket.end(bytes))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => server.close())
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : undefined
  return {
    port,
    say(text: string): Buffer {
      bytes = Buffer.from(text)
      return bytes
    },
  }
}

/** The same answer through Node's own client. */
function viaNode(port: number | undefined): Promise<Omit<Seen, 'keepsAlive'>> {
  return new Promise((resolve) => {
    const seen = { status: null, headers: {}, body: '', outcome: 'malformed' as const }
    const onResponse = (response: IncomingMessage): void => {
      const body: Buffer[] = []
      response.on('data', (piece: Buffer) => body.push(piece))
      response.on('error', () => {})
      response.on('close', () =>
        resolve({
          status: response.statusCode ?? null,
          headers: Object.fromEntries(
            Object.entries(response.headers).map(([name, value]) => [name, String(value)]),
          ),
          body: Buffer.concat(body).toString(),
          outcome: response.complete ? 'done' : 'open',
        }),
      )
    }
    request({ port, host: '127.0.0.1', agent: false }, onResponse)
      .on('error', () => resolve(seen))
      .end()
  })
}

test('random answers cut anywhere are what Node makes of them', async (t) => {
  const server = await rawServer(t)
  await fc.assert(
    fc.asyncProperty(rawAnswer, cuts, async (text, shares) => {
      const bytes = server.say(text)
      const { used: _, keepsAlive: __, ...ours } = parse(cut(bytes, shares), true)
      assert.deepEqual(ours, await viaNode(server.port))
    }),
    { numRuns: 300 },
  )
})
