import assert from 'node:assert/strict'
import { createServer, type Socket } from 'node:net'
import { type TestContext, test } from 'node:test'
import { monotonicClock as clock } from '../../../core/clock.ts'
import type { AnswerListener } from './connection.ts'
import { type Connections, openConnections } from './connections.ts'

const whole = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok'

/** A server that treats the k-th request of the k-th connection as the script says; connections count from 0. */
async function serve(
  t: TestContext,
  onRequest: (socket: Socket, connection: number, request: number) => void,
  options = {},
) {
  const sockets: Socket[] = []
  const server = createServer((socket) => {
    const connection = sockets.push(socket) - 1
    let request = 0
    socket.on('error', () => {})
    socket.on('data', () => onRequest(socket, connection, request++))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : 0
  const connections = openConnections(new URL(`http://127.0.0.1:${port}/`), { clock, ...options })
  t.after(() => {
    connections.close()
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return { connections, sockets }
}

interface Heard {
  status: number | null
  body: string
  ending: 'end' | string
}

/** One request, and what was heard of its answer. */
function ask(connections: Connections): Promise<Heard> {
  return new Promise((resolve) => {
    const heard: Heard = { status: null, body: '', ending: '' }
    const listener: AnswerListener = {
      onSent() {},
      onRead() {},
      onHead({ status }) {
        heard.status = status
      },
      onBody(bytes, start, end) {
        heard.body += bytes.toString('utf8', start, end)
      },
      onEnd: () => resolve({ ...heard, ending: 'end' }),
      onBreak: (error) => resolve({ ...heard, ending: error?.message ?? 'closed' }),
    }
    connections.take().send(Buffer.from('GET / HTTP/1.1\r\n\r\n'), listener)
  })
}
const good: Heard = { status: 200, body: 'ok', ending: 'end' }
/** Until what the other side did has arrived. */
const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate)
}

test('a connection carries one request after the other', async (t) => {
  const { connections, sockets } = await serve(t, (socket) => socket.write(whole))
  await connections.connect(1)
  for (let round = 0; round < 3; round++) assert.deepEqual(await ask(connections), good)
  assert.deepEqual([sockets.length, connections.lateCount()], [1, 0])
})

test('bytes behind an answer end the connection and are no part of the next answer', async (t) => {
  const { connections, sockets } = await serve(t, (socket, connection) =>
    socket.write(connection === 0 ? `${whole}HTTP/1.1 500 Not Yours\r\n\r\n` : whole),
  )
  assert.deepEqual(await ask(connections), good)
  assert.deepEqual(await ask(connections), good)
  assert.equal(sockets.length, 2)
})

test('bytes that nobody asked for end an idle connection', async (t) => {
  const { connections, sockets } = await serve(t, (socket) => socket.write(whole))
  assert.deepEqual(await ask(connections), good)
  sockets[0]?.write('HTTP/1.1 408 Too Late\r\n\r\n')
  await new Promise((resolve) => sockets[0]?.once('close', resolve))
  assert.deepEqual(await ask(connections), good)
  assert.equal(sockets.length, 2)
})

test('an idle connection that the server closed is not used', async (t) => {
  const { connections, sockets } = await serve(t, (socket) => socket.write(whole))
  assert.deepEqual(await ask(connections), good)
  sockets[0]?.end()
  await new Promise((resolve) => sockets[0]?.once('close', resolve))
  await settle()
  assert.deepEqual(await ask(connections), good)
  assert.equal(sockets.length, 2)
})

test('an answer that lasts as long as its connection ends with it', async (t) => {
  const { connections } = await serve(t, (socket) => socket.end('HTTP/1.1 200 OK\r\n\r\nok'))
  assert.deepEqual(await ask(connections), good)
})

test('an answer that is cut is heard of as a break, with what came of it', async (t) => {
  const { connections } = await serve(t, (socket) =>
    socket.end('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhal'),
  )
  assert.deepEqual(await ask(connections), { status: 200, body: 'hal', ending: 'closed' })
})

test('a connection that cannot be made is heard of as a break', async (t) => {
  const { connections } = await serve(t, () => {})
  const refused = openConnections(new URL('http://127.0.0.1:1/'), { clock })
  t.after(() => refused.close())
  assert.match((await ask(refused)).ending, /ECONNREFUSED/)
  await assert.rejects(refused.connect(3), /ECONNREFUSED/)
  await connections.connect(2)
})

test('of a server that closes after each answer no connection is used twice, and one is ahead', async (t) => {
  const close = (socket: Socket): void => void socket.end(whole)
  const { connections, sockets } = await serve(t, close, { areReused: false })
  await connections.connect(2)
  for (let request = 0; request < 5; request++) assert.deepEqual(await ask(connections), good)
  await settle()
  assert.equal(sockets.length, 7)
})
