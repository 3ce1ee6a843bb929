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
  sleep: (durationMs, signal) =>
    new Promise((resolve, reject) => {
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
    }),
}
