/** A clock for tests with real programs: sleeps of a second or more wait for the test, shorter ones pass by themselves. */

import { type Clock, monotonicClock } from '../core/clock.ts'

export interface HeldClock extends Clock {
  /** Lets this much time pass at once. */
  pass(durationMs: number): void
  /** Lets a second pass again and again until `settled` settles, and returns what it settles to. */
  passUntil<T>(settled: Promise<T>): Promise<T>
}

const shortestHeldMs = 1000

export function heldClock(): HeldClock {
  let passedMs = 0
  const held = new Set<{ dueMs: number; wake(): void }>()
  const nowMs = (): number => monotonicClock.nowMs() + passedMs
  const pass = (durationMs: number): void => {
    passedMs += durationMs
    for (const sleeper of held) if (sleeper.dueMs <= nowMs()) sleeper.wake()
  }
  return {
    nowMs,
    wallDate: () => new Date(0),
    sleep(durationMs, signal) {
      if (durationMs < shortestHeldMs) return monotonicClock.sleep(durationMs, signal)
      return new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason)
        const sleeper = {
          dueMs: nowMs() + durationMs,
          wake: () => {
            held.delete(sleeper)
            signal?.removeEventListener('abort', onAbort)
            resolve()
          },
        }
        held.add(sleeper)
        const onAbort = (): void => {
          held.delete(sleeper)
          reject(signal?.reason)
        }
        signal?.addEventListener('abort', onAbort, { once: true })
      })
    },
    pass,
    async passUntil(settled) {
      let isSettled = false
      const note = (): void => {
        isSettled = true
      }
      settled.then(note, note)
      while (!isSettled) {
        await monotonicClock.sleep(10)
        pass(shortestHeldMs)
      }
      return settled
    },
  }
}
