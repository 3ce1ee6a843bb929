/** Reads a slow meter in the background at a rate of its own, and holds what it said last. */

import type { Clock } from '../../core/clock.ts'

export interface Poller {
  /** The last value; null when the meter gave none, or has given no new one for too long. */
  latest(): number | null
  /** Resolves when nothing runs any more. */
  stop(): Promise<void>
}

interface PollerOptions {
  /** Rejects when the meter cannot be read; null is an answer without a value. */
  read(signal: AbortSignal): Promise<number | null>
  everyMs: number
  /** The longest that one reading may take. */
  limitMs: number
  clock: Clock
}

/** Resolves after the first reading; rejects with its error, so that a meter that is not there is known at once. */
export async function startPoller(options: PollerOptions): Promise<Poller> {
  const { everyMs, limitMs, clock } = options
  const stopped = new AbortController()
  const { signal } = stopped
  let held = { value: await readWithin(options, signal), atMs: clock.nowMs() }
  // Three missed readings are a meter that went away, one is a lost packet.
  const staleMs = 3 * everyMs + limitMs
  const loop = async (): Promise<void> => {
    const startMs = clock.nowMs()
    for (let tick = 1; !signal.aborted; ) {
      await clock.sleep(Math.max(0, startMs + tick * everyMs - clock.nowMs()), signal)
      try {
        held = { value: await readWithin(options, signal), atMs: clock.nowMs() }
      } catch {
        // The last value goes stale, and then reads null: the accounting reports it.
      }
      tick = Math.max(tick + 1, Math.ceil((clock.nowMs() - startMs) / everyMs))
    }
  }
  // Ends by the rejection of an aborted sleep.
  const ended = loop().catch(() => {})
  return {
    latest: () => (clock.nowMs() - held.atMs <= staleMs ? held.value : null),
    async stop() {
      stopped.abort()
      await ended
    },
  }
}

async function readWithin(
  { read, limitMs, clock }: PollerOptions,
  signal: AbortSignal,
): Promise<number | null> {
  const limit = new AbortController()
  const over = new AbortController()
  const late = clock.sleep(limitMs, over.signal).then(
    () => limit.abort(new Error(`no answer within ${limitMs / 1000} s`)),
    () => {},
  )
  try {
    return await read(AbortSignal.any([signal, limit.signal]))
  } finally {
    over.abort()
    await late
  }
}
