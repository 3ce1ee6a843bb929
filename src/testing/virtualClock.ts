/** A clock for tests: time stands still until everybody sleeps, then jumps to the first who wakes. */

import type { Clock } from '../core/clock.ts'

export interface VirtualClock extends Clock {
  /** Lets time pass without a sleep, as work that keeps the thread busy does. */
  advance(durationMs: number): void
}

interface Sleeper {
  wakeMs: number
  wake(): void
}

export function virtualClock(startMs = 0): VirtualClock {
  let nowMs = startMs
  const sleepers = new Set<Sleeper>()
  const wakeFirst = (): void => {
    const [first] = [...sleepers].sort((a, b) => a.wakeMs - b.wakeMs)
    if (first === undefined) return
    sleepers.delete(first)
    nowMs = Math.max(nowMs, first.wakeMs)
    first.wake()
  }
  return {
    nowMs: () => nowMs,
    wallDate: () => new Date(nowMs),
    advance(durationMs) {
      nowMs += durationMs
    },
    sleep: (durationMs, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason)
        const onAbort = (): void => {
          sleepers.delete(sleeper)
          reject(signal?.reason)
        }
        const sleeper: Sleeper = {
          wakeMs: nowMs + Math.max(0, durationMs),
          wake() {
            signal?.removeEventListener('abort', onAbort)
            resolve()
          },
        }
        signal?.addEventListener('abort', onAbort, { once: true })
        sleepers.add(sleeper)
        // An immediate runs after every promise that can settle has: whoever is going to sleep sleeps by then.
        setImmediate(wakeFirst)
      }),
  }
}
