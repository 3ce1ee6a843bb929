/** Time as a capability: a monotonic clock for intervals, a wall clock for labels only, and a sleep that can be ended. */

export interface Clock {
  /** Milliseconds of CLOCK_MONOTONIC: comparable between threads and processes of one boot, never set back. */
  nowMs(): number
  /** Wall time, as a label. Never subtract two of these. */
  wallDate(): Date
  /** Resolves after `durationMs`; rejects with the signal's reason as soon as the signal aborts. */
  sleep(durationMs: number, signal?: AbortSignal): Promise<void>
}

export const monotonicClock: Clock = {
  nowMs: () => Number(process.hrtime.bigint()) / 1e6,
  wallDate: () => new Date(),
  async sleep(durationMs, signal) {
    const endMs = monotonicClock.nowMs() + durationMs
    let restMs = durationMs
    do {
      await sleepOnce(Math.min(restMs, longestTimerMs), signal)
      restMs = endMs - monotonicClock.nowMs()
    } while (durationMs > longestTimerMs && restMs > 0)
  },
}

/** Timers hold their delay in 31 bits; a longer one would fire at once. */
const longestTimerMs = 2 ** 31 - 1

function sleepOnce(durationMs: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason)
    const onAbort = (): void => {
      clearTimeout(timer)
      reject(signal?.reason)
    }
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', onAbort)
      resolve()
    }, durationMs)
    signal?.addEventListener('abort', onAbort, { once: true })
  })
}
