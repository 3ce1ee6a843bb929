import assert from 'node:assert/strict'
import { test } from 'node:test'
import { monotonicClock } from '../../../core/clock.ts'
import { completed, openScene, run } from '../../../testing/clientScene.ts'
import type { Fault } from '../fakeServer/fakeServerOptions.ts'

/** The k-th request to the server, the question at open time included, meets the close of its connection. */
const dropping = (...ordinals: number[]) => ({
  chooseFault: (_: unknown, ordinal: number): Fault | null =>
    ordinals.includes(ordinal) ? { kind: 'drop' } : null,
})

test('a request whose waiting connection was closed is sent once more, and counted', async (t) => {
  const { client, server } = await openScene(t, dropping(2))
  const watch = client.watch()
  assert.equal((await completed(client)).tokens, 12)
  const { requests, retriedConnections, lateConnections } = watch.stop()
  assert.deepEqual([requests, retriedConnections, lateConnections], [1, 1, 1])
  assert.equal(server.stats().requests, 3)
})

test('a second break is a failure, and so is one on a new connection', async (t) => {
  const twice = await openScene(t, dropping(2, 3))
  assert.match(String((await run(twice.client)).outcome), /reset: ECONNRESET, before the headers/)
  assert.equal(twice.server.stats().requests, 3)
  const fresh = await openScene(t, dropping(2), { connections: 0, reusesConnections: false })
  assert.match(String((await run(fresh.client)).outcome), /reset: ECONNRESET, before the headers/)
})

test('a request that the server had for a while is not sent again', async (t) => {
  let lateMs = 0
  const clock = { ...monotonicClock, nowMs: () => monotonicClock.nowMs() + lateMs }
  const chooseFault = (_: unknown, ordinal: number): Fault | null => {
    if (ordinal !== 2) return null
    lateMs = 1500
    return { kind: 'drop' }
  }
  const { client, server } = await openScene(t, { chooseFault }, { clock, stallMs: 60_000 })
  assert.match(String((await run(client)).outcome), /reset: ECONNRESET/)
  assert.equal(server.stats().requests, 2)
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
