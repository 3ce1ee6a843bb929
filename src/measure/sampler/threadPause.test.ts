import assert from 'node:assert/strict'
import { test } from 'node:test'
import { virtualClock } from '../../testing/virtualClock.ts'
import { threadPause } from './threadPause.ts'

/** A thread whose waits are always over: what is left is when the event loop turns. */
function ticking(hasBackground: boolean) {
  const clock = virtualClock()
  const calls = new Int32Array(new SharedArrayBuffer(4))
  const { signal } = new AbortController()
  const burstUntilMs = (): number => Number.NEGATIVE_INFINITY
  const pause = threadPause({ clock, signal, calls, burstUntilMs, hasBackground, nap: null })
  return {
    call: () => void Atomics.add(calls, 0, 1),
    /** Ticks every 10 ms for so long, and says at which of them the event loop turned. */
    async turnsIn(durationMs: number): Promise<number[]> {
      const turnsMs: number[] = []
      for (let atMs = 0; atMs < durationMs; atMs += 10) {
        const turn = pause.pauseUntil(clock.nowMs())
        if (turn !== null) turnsMs.push(atMs)
        await turn
        clock.advance(10)
      }
      return turnsMs
    },
  }
}

test('the event loop turns ten times a second where a source reads in the background, once otherwise', async () => {
  assert.deepEqual(await ticking(true).turnsIn(400), [0, 100, 200, 300])
  assert.deepEqual(await ticking(false).turnsIn(2500), [0, 1000, 2000])
})

test('a call is heard at the next tick', async () => {
  const thread = ticking(false)
  await thread.turnsIn(50)
  assert.deepEqual(await thread.turnsIn(50), [])
  thread.call()
  assert.deepEqual(await thread.turnsIn(50), [0])
})

test('short waits are slept through, and a call is heard after them', async () => {
  const clock = virtualClock()
  const calls = new Int32Array(new SharedArrayBuffer(4))
  const { signal } = new AbortController()
  const napsMs: number[] = []
  const nap = (durationMs: number): void => {
    napsMs.push(durationMs)
    clock.advance(durationMs)
    Atomics.add(calls, 0, 1)
  }
  const burstUntilMs = (): number => Number.NEGATIVE_INFINITY
  const pause = threadPause({ clock, signal, calls, burstUntilMs, hasBackground: false, nap })
  await pause.pauseUntil(clock.nowMs())
  assert.equal(pause.pauseUntil(clock.nowMs() + 10), null)
  assert.notEqual(pause.pauseUntil(clock.nowMs() + 10), null)
  assert.deepEqual(napsMs.slice(0, 1), [10])
})
