/** How the sampler thread waits: precise, cheap, and still answering when it is called. */

import type { Clock } from '../../core/clock.ts'
import { energyLimits } from '../energyLimits.ts'

export interface PauseOptions {
  clock: Clock
  signal: AbortSignal
  /** One shared integer: whoever wants to be heard adds 1 and notifies. */
  calls: Int32Array<SharedArrayBuffer>
  /** Ends a wait before its deadline when a burst of readings began meanwhile. */
  burstUntilMs(): number
}

export interface ThreadPause {
  pauseUntil(deadlineMs: number): Promise<void>
  /** Makes a wait look again at once: a burst has begun. */
  hurry(): void
}

/** At least this often the event loop gets a turn, for messages and for sources that read in the background. */
const longestBlockMs = 100
/** setTimeout counts whole milliseconds and may be one late: wake before the deadline and wait out the rest. */
const timerSlackMs = 1.5

/**
 * A wait through Atomics.wait costs a third of the CPU time of setTimeout and its event loop, and returns at once when
 * called (docs/decisions/sampler.md). Only waits longer than `longestBlockMs` go through a timer.
 */
export function threadPause({ clock, signal, calls, burstUntilMs }: PauseOptions): ThreadPause {
  // None yet: a call may have come while the sources were opened, and its message still waits to be read.
  let heard = Atomics.load(calls, 0) - 1
  let turnedMs = clock.nowMs()
  let nap = new AbortController()
  return { pauseUntil, hurry: () => nap.abort() }

  async function pauseUntil(deadlineMs: number): Promise<void> {
    while (!signal.aborted) {
      const nowMs = clock.nowMs()
      const leftMs = deadlineMs - nowMs
      // First: the call that began the burst may have been answered in the turn that just ended.
      if (isHurried(nowMs, leftMs)) return
      if (Atomics.load(calls, 0) !== heard || nowMs - turnedMs >= longestBlockMs) {
        heard = Atomics.load(calls, 0)
        await turn(leftMs > longestBlockMs ? leftMs - timerSlackMs : 0)
        turnedMs = clock.nowMs()
      } else if (leftMs <= 0) {
        return
      } else {
        const end = Atomics.wait(calls, 0, heard, Math.min(leftMs, longestBlockMs))
        if (end === 'timed-out' && leftMs <= longestBlockMs) return
      }
    }
  }

  /** A burst leaves waits no longer than its spacing alone, and its last one too. */
  function isHurried(nowMs: number, leftMs: number): boolean {
    const { burstMs } = energyLimits
    return leftMs > 1.5 * burstMs && nowMs + burstMs < burstUntilMs()
  }

  async function turn(durationMs: number): Promise<void> {
    if (durationMs === 0) return new Promise((resolve) => setImmediate(resolve))
    try {
      nap = new AbortController()
      await clock.sleep(durationMs, AbortSignal.any([signal, nap.signal]))
    } catch {
      // Aborted or hurried: the caller looks at the signal and at the burst.
    }
  }
}
