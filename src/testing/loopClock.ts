/** A clock for tests with real sockets: it counts only time in which this process ran, so that a busy machine is no stall. */

import type { Clock } from '../core/clock.ts'

export interface LoopClock extends Clock, Disposable {}

/** No turn of the event loop counts for more than this. */
const longestTurnMs = 4

/** Real time, of which every turn of the event loop adds a few milliseconds at most. */
export function loopClock(): LoopClock {
  let nowMs = 0
  let lastMs = performance.now()
  let sleepers: { dueMs: number; wake(): void }[] = []
  const tick = (): void => {
    const realMs = performance.now()
    nowMs += Math.min(longestTurnMs, realMs - lastMs)
    lastMs = realMs
    const due = sleepers.filter(({ dueMs }) => dueMs <= nowMs)
    sleepers = sleepers.filter((sleeper) => !due.includes(sleeper))
    for (const { wake } of due) wake()
  }
  const timer = setInterval(tick, 2)
  return {
    // Between two ticks it goes on, so that no two readings of one stream look alike.
    nowMs: () => nowMs + Math.min(longestTurnMs, performance.now() - lastMs),
    wallDate: () => new Date(),
    sleep: (durationMs, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason)
        const onAbort = (): void => {
          sleepers = sleepers.filter((other) => other !== sleeper)
          reject(signal?.reason)
        }
        const sleeper = {
          dueMs: nowMs + durationMs,
          wake(): void {
            signal?.removeEventListener('abort', onAbort)
            resolve()
          },
        }
        sleepers.push(sleeper)
        signal?.addEventListener('abort', onAbort, { once: true })
      }),
    [Symbol.dispose]: () => clearInterval(timer),
  }
}
