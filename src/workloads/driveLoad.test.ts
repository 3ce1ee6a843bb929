import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { BackendSession, GenerateRequest } from '../backends/backend.ts'
import { monotonicClock as clock } from '../core/clock.ts'
import { driveLoad } from './driveLoad.ts'

const signal = new AbortController().signal

function requests(count: number): GenerateRequest[] {
  return Array.from({ length: count }, (_, index) => ({
    index,
    prompt: `p${index}`,
    promptTokens: [1, 2],
    maxOutputTokens: 2,
    seed: index,
  }))
}

/** A session that answers every request in one turn of the loop and remembers how many were in flight. */
function session(generate: BackendSession['generate']): BackendSession {
  return {
    version: '1',
    model: null,
    observed: async () => ({}),
    generate,
    [Symbol.asyncDispose]: async () => {},
  }
}

const completion = { inputTokens: 2, outputTokens: 2, finishReason: 'length', text: null } as const

test('never more requests in flight than asked for, and each is sent once', async () => {
  let inFlight = 0
  let most = 0
  const seen: number[] = []
  const records = await driveLoad(
    session(async ({ index }) => {
      seen.push(index)
      most = Math.max(most, ++inFlight)
      await new Promise(setImmediate)
      inFlight--
      return completion
    }),
    requests(10),
    { concurrency: 3, clock, signal },
  )
  assert.equal(most, 3)
  assert.deepEqual(
    seen.sort((a, b) => a - b),
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
  )
  assert.ok(records.every(({ outcome }) => outcome.status === 'completed'))
})

test('a request that fails is kept with its reason and the rest goes on', async () => {
  const records = await driveLoad(
    session(async ({ index }) => {
      if (index === 1) throw new Error('slot lost')
      return completion
    }),
    requests(3),
    { concurrency: 1, clock, signal },
  )
  assert.deepEqual(
    records.map(({ outcome }) => (outcome.status === 'failed' ? outcome.reason : 'ok')),
    ['ok', 'slot lost', 'ok'],
  )
})

test('steps are stamped as they come and a surplus lands in the last one', async () => {
  const [record] = await driveLoad(
    session(async (_, onTokens) => {
      onTokens(10, 1)
      onTokens(20, 1)
      onTokens(30, 5)
      return completion
    }),
    requests(1),
    { concurrency: 1, clock, signal },
  )
  assert.deepEqual([record?.stepCount, record?.stepAtMs[1], record?.stepTokens[1]], [2, 30, 6])
})

test('no further request is sent once it is enough', async () => {
  let ended = 0
  const records = await driveLoad(
    session(async () => completion),
    requests(10),
    { concurrency: 1, clock, signal, onRequest: () => ended++, isEnough: () => ended >= 4 },
  )
  assert.equal(records.length, 4)
})

test('an abort ends the load with its reason', async () => {
  const controller = new AbortController()
  const run = driveLoad(
    session(async () => {
      controller.abort(new Error('stop'))
      return completion
    }),
    requests(5),
    { concurrency: 1, clock, signal: controller.signal },
  )
  await assert.rejects(run, /stop/)
})
