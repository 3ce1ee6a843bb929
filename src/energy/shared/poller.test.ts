import assert from 'node:assert/strict'
import { test } from 'node:test'
import { virtualClock } from '../../testing/virtualClock.ts'
import { startPoller } from './poller.ts'

/** A poller over a list of answers; it stops by itself after the last. */
async function pollAll(answers: (number | null | Error)[], costMs = 0) {
  const clock = virtualClock()
  const times: number[] = []
  let done = (): void => {}
  const finished = new Promise<void>((resolve) => {
    done = resolve
  })
  const poller = await startPoller({
    everyMs: 1000,
    limitMs: 500,
    clock,
    async read() {
      times.push(clock.nowMs())
      clock.advance(costMs)
      if (times.length >= answers.length) done()
      const answer = answers[times.length - 1]
      if (answer instanceof Error) throw answer
      return answer ?? null
    },
  })
  await finished
  await poller.stop()
  return { times, poller, clock }
}

test('readings keep to multiples of the interval, however long each takes', async () => {
  const { times } = await pollAll([1, 2, 3, 4], 300)
  assert.deepEqual(times, [0, 1300, 2300, 3300])
})

test('the last value is held until it is stale', async () => {
  const { poller, clock } = await pollAll([120, 130])
  assert.equal(poller.latest(), 130)
  clock.advance(3500)
  assert.equal(poller.latest(), 130)
  clock.advance(1)
  assert.equal(poller.latest(), null)
})

test('a failure keeps the value before it, an answer without a value is null', async () => {
  assert.equal((await pollAll([120, new Error('lost')])).poller.latest(), 120)
  assert.equal((await pollAll([120, null])).poller.latest(), null)
})

test('a meter that fails the first time is not started', async () => {
  await assert.rejects(pollAll([new Error('refused')]), /refused/)
})

test('a reading that takes too long is given up with the reason', async () => {
  const never = startPoller({
    everyMs: 1000,
    limitMs: 500,
    clock: virtualClock(),
    read: (signal) =>
      new Promise((_, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason))
      }),
  })
  await assert.rejects(never, /no answer within 0.5 s/)
})
