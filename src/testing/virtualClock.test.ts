import assert from 'node:assert/strict'
import { test } from 'node:test'
import { virtualClock } from './virtualClock.ts'

test('sleepers wake in the order of their time, each at its time', async () => {
  const clock = virtualClock()
  const woken: string[] = []
  const sleeper = async (name: string, durationMs: number): Promise<void> => {
    await clock.sleep(durationMs)
    woken.push(`${name} at ${clock.nowMs()}`)
  }
  await Promise.all([sleeper('late', 60_000), sleeper('early', 5), sleeper('middle', 30)])
  assert.deepEqual(woken, ['early at 5', 'middle at 30', 'late at 60000'])
})

test('time passes only by sleeping and by advancing', async () => {
  const clock = virtualClock(100)
  clock.advance(20)
  await clock.sleep(10)
  assert.equal(clock.nowMs(), 130)
})

test('a sleep that is aborted rejects with the reason and wakes nobody later', async () => {
  const clock = virtualClock()
  const controller = new AbortController()
  const slept = clock.sleep(1000, controller.signal)
  controller.abort(new Error('enough'))
  await assert.rejects(slept, /enough/)
  await clock.sleep(5)
  assert.equal(clock.nowMs(), 5)
})
