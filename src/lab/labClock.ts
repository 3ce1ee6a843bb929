/** Time that moves only when somebody waits for it or spends it: hours of measuring in a blink. For one thread of events. */

import type { Clock } from '../core/clock.ts'

export interface LabClock extends Clock {
  /** Spends time, as a slow call does. */
  advance(durationMs: number): void
  /** Waits as the sampler does, up to `lateMs` too long. */
  pauseUntil(deadlineMs: number): Promise<void>
}

/** `lateMs` says how late the next wait ends. */
export function labClock(startMs: number, lateMs: () => number = () => 0): LabClock {
  let nowMs = startMs
  return {
    nowMs: () => nowMs,
    wallDate: () => new Date(nowMs),
    async sleep(durationMs, signal) {
      signal?.throwIfAborted()
      nowMs += Math.max(0, durationMs)
    },
    advance(durationMs) {
      nowMs += durationMs
    },
    async pauseUntil(deadlineMs) {
      nowMs = Math.max(nowMs, deadlineMs + lateMs())
    },
  }
}
