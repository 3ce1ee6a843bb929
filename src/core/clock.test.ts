import assert from 'node:assert/strict'
import { test } from 'node:test'
import { monotonicClock } from './clock.ts'

test('a sleep ends with the reason of the signal that aborts it', async () => {
  const controller = new AbortController()
  const slept = monotonicClock.sleep(60_000, controller.signal)
  controller.abort(new Error('enough'))
  await assert.rejects(slept, /enough/)
})

test('a sleep of months does not end at once', async () => {
  const controller = new AbortController()
  const slept = monotonicClock.sleep(2 ** 33, controller.signal)
  const first = await Promise.race([slept.then(() => 'ended'), monotonicClock.sleep(20)])
  controller.abort(new Error('enough'))
  await assert.rejects(slept, /enough/)
  assert.notEqual(first, 'ended')
})
