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
  /** Whether something is read in the background, which the event loop must get its turns for. */
  hasBackground: boolean
  /** A cheaper sleep for waits of at most `longestNapMs`, in which nothing is heard; null where there is none. */
  nap: ((durationMs: number) => void) | null
}

export interface ThreadPause {
  /** Null when the deadline was waited out on the spot, which costs less than a promise. */
  pauseUntil(deadlineMs: number): Promise<void> | null
  /** Makes a wait look again at once: a burst has begun. */
  hurry(): void
}

/** Longer waits go through a timer of the event loop: they are rare, so that its price does not matter. */
const longestBlockMs = 100
/** As late as this a call may be heard where waking is what the thread costs most. */
export const longestNapMs = 10
/** At least this often the event loop gets a turn; a call is heard at once. A turn costs as much as two wake-ups. */
const turnEveryMs = { background: 100, alone: 1000 } as const
/** setTimeout counts whole milliseconds and may be one late: wake before the deadline and wait out the rest. */
const timerSlackMs = 1.5

/**
 * A wait through Atomics.wait costs a third of the CPU time of setTimeout and its event loop, and returns at once when
 * called (docs/decisions/sampler.md).
 */
export function threadPause(options: PauseOptions): ThreadPause {
  const { clock, signal, calls, burstUntilMs, nap } = options
  const everyMs = options.hasBackground ? turnEveryMs.background : turnEveryMs.alone
  // None yet: a call may have come while the sources were opened, and its message still waits to be read.
  let heard = Atomics.load(calls, 0) - 1
  let turnedMs = clock.nowMs()
  let turning = new AbortController()
  return {
    pauseUntil: (deadlineMs) => (block(deadlineMs) ? null : turnUntil(deadlineMs)),
    hurry: () => turning.abort(),
  }

  /** Whether the wait is over; if not, the event loop must turn first. Nothing can abort meanwhile. */
  function block(deadlineMs: number): boolean {
    for (;;) {
      const nowMs = clock.nowMs()
      const leftMs = deadlineMs - nowMs
      // First: the call that began the burst may have been answered in the turn that just ended.
      if (isHurried(nowMs, leftMs)) return true
      const isCalled = Atomics.load(calls, 0) !== heard
      if (isCalled || nowMs - turnedMs >= everyMs || leftMs > longestBlockMs) return false
      if (nap !== null && leftMs > 0 && leftMs <= longestNapMs) {
        nap(leftMs)
        return true
      }
      if (leftMs <= 0 || Atomics.wait(calls, 0, heard, leftMs) === 'timed-out') return true
    }
  }

  async function turnUntil(deadlineMs: number): Promise<void> {
    do {
      heard = Atomics.load(calls, 0)
      const leftMs = deadlineMs - clock.nowMs()
      await turn(leftMs > longestBlockMs ? leftMs - timerSlackMs : 0)
      turnedMs = clock.nowMs()
    } while (!signal.aborted && !block(deadlineMs))
  }

  /** A burst leaves waits no longer than its spacing alone, and its last one too. */
  function isHurried(nowMs: number, leftMs: number): boolean {
    const { burstMs } = energyLimits
    return leftMs > 1.5 * burstMs && nowMs + burstMs < burstUntilMs()
  }

  async function turn(durationMs: number): Promise<void> {
    if (durationMs === 0) return new Promise((resolve) => setImmediate(resolve))
    try {
      turning = new AbortController()
      await clock.sleep(durationMs, AbortSignal.any([signal, turning.signal]))
    } catch {
      // Aborted or hurried: the caller looks at the signal and at the burst.
    }
  }
}
