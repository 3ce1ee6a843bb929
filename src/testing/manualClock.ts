/** A clock that moves only when it is told to: what sleeps wakes in order, and no real time passes. */

import type { Clock } from '../core/clock.ts'

export interface ManualClock extends Clock {
  /** Moves time on by `durationMs` and wakes every sleep that is due by then. */
  advance(durationMs: number): void
}

/** Starts at 1 000 000 ms, so that a reading that forgot to subtract its start is far off. */
export function manualClock(startMs = 1_000_000): ManualClock {
  let nowMs = startMs
  let sleepers: { dueMs: number; wake: () => void }[] = []
  return {
    nowMs: () => nowMs,
    wallDate: () => new Date(nowMs),
    advance(durationMs) {
      nowMs += durationMs
      const due = sleepers.filter(({ dueMs }) => dueMs <= nowMs).sort((a, b) => a.dueMs - b.dueMs)
      sleepers = sleepers.filter(({ dueMs }) => dueMs > nowMs)
      for (const { wake } of due) wake()
    },
    sleep: (durationMs, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason)
        const sleeper = { dueMs: nowMs + durationMs, wake: resolve }
        sleepers.push(sleeper)
        signal?.addEventListener(
          'abort',
          () => {
            sleepers = sleepers.filter((other) => other !== sleeper)
            reject(signal.reason)
          },
          { once: true },
        )
      }),
  }
}
