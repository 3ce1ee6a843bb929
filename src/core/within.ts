/** A wait with an end: whether something settled in time. */

import type { Clock } from './clock.ts'

/** True when `settled` resolves or rejects within `limitMs`, false when the time ran out first. */
export async function within(
  settled: Promise<unknown>,
  limitMs: number,
  clock: Clock,
): Promise<boolean> {
  const over = new AbortController()
  const inTime = settled.then(
    () => true,
    () => true,
  )
  // The sleep rejects when it is ended below, after the race is decided.
  const late = clock.sleep(limitMs, over.signal).then(
    () => false,
    () => false,
  )
  try {
    return await Promise.race([inTime, late])
  } finally {
    over.abort()
  }
}
