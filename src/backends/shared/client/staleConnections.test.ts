import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { monotonicClock } from '../../../core/clock.ts'
import { completed, openScene, run } from '../../../testing/clientScene.ts'
import type { FakeServerInput } from '../fakeServer/startFakeServer.ts'
import type { ClientOptions } from './openClient.ts'

interface Dropping extends FakeServerInput {
  /** The k-th request to the server, the question at open time included, meets the close of its connection. */
  isDropped(ordinal: number): boolean
  /** What the client's clock shows between such a request and its end. */
  breakMs?: number
}

/** A client whose clock can be put forward. */
async function openDropping(
  t: TestContext,
  { isDropped, breakMs = 0, ...served }: Dropping,
  options: Partial<ClientOptions> = {},
) {
  let aheadMs = 0
  const clock = { ...monotonicClock, nowMs: () => monotonicClock.nowMs() + aheadMs }
  const scene = await openScene(
    t,
    {
      ...served,
      chooseFault: (_, ordinal) => {
        if (!isDropped(ordinal)) return null
        aheadMs += breakMs
        return { kind: 'drop' }
      },
    },
    { clock, stallMs: 60_000, ...options },
  )
  const wait = (durationMs: number): void => {
    aheadMs += durationMs
  }
  return { ...scene, wait }
}

const reset = /reset: ECONNRESET, before the headers/

test('a request whose connection was closed while it waited is sent once more, and counted', async (t) => {
  const { client, server, wait } = await openDropping(t, { isDropped: (ordinal) => ordinal === 2 })
  wait(5000)
  const watch = client.watch()
  assert.equal((await completed(client)).tokens, 12)
  const { requests, retriedConnections, lateConnections } = watch.stop()
  assert.deepEqual([requests, retriedConnections, lateConnections], [1, 1, 1])
  assert.equal(server.stats().requests, 3)
})

test('a second break is a failure, and so is one on a new connection', async (t) => {
  const twice = await openDropping(t, { isDropped: (ordinal) => ordinal > 1 })
  twice.wait(5000)
  assert.match(String((await run(twice.client)).outcome), reset)
  assert.equal(twice.server.stats().requests, 3)
  const one = { isDropped: (ordinal: number) => ordinal === 2 }
  const fresh = await openDropping(t, one, { connections: 0, reusesConnections: false })
  fresh.wait(5000)
  assert.match(String((await run(fresh.client)).outcome), reset)
})

test('a server that resets what is sent without a pause fails every time', async (t) => {
  const { client, server } = await openDropping(t, { isDropped: (ordinal) => ordinal > 1 })
  const watch = client.watch()
  for (let sent = 0; sent < 20; sent++) assert.match(String((await run(client)).outcome), reset)
  assert.equal(watch.stop().retriedConnections, 0)
  assert.equal(server.stats().requests, 21)
})

test('an answer ends the waiting of a connection', async (t) => {
  const isDropped = (ordinal: number) => ordinal === 3
  const { client, wait } = await openDropping(t, { isDropped }, { connections: 1 })
  wait(5000)
  await completed(client)
  assert.match(String((await run(client)).outcome), reset)
})

test('a request that the server had for a while is not sent again', async (t) => {
  const isDropped = (ordinal: number) => ordinal === 2
  const { client, server, wait } = await openDropping(t, { isDropped, breakMs: 1500 })
  wait(5000)
  assert.match(String((await run(client)).outcome), reset)
  assert.equal(server.stats().requests, 2)
})

test('the time to a break is no delay of the client', async (t) => {
  const breakMs = 900
  const isDropped = (ordinal: number) => ordinal === 2
  const { client, wait } = await openDropping(t, { isDropped, breakMs })
  wait(5000)
  const watch = client.watch()
  await completed(client)
  const { retriedConnections, dispatchDelayP99Ms } = watch.stop()
  assert.equal(retriedConnections, 1)
  assert.ok((dispatchDelayP99Ms ?? breakMs) < breakMs)
})

test('what the server closed while nothing was sent is open again before a window', async (t) => {
  const { client } = await openScene(t, { idle_ms: 10 })
  await monotonicClock.sleep(50)
  await client.connect()
  const watch = client.watch()
  await completed(client)
  const { lateConnections, retriedConnections } = watch.stop()
  assert.deepEqual([lateConnections, retriedConnections], [0, 0])
})
