/** A wait that can be watched, and that ends at once when the study is ended. */

import type { StudyEvent, WaitReason } from '../core/events.ts'
import type { SessionDeps } from './runSession.ts'

export async function* waitFor(
  reason: WaitReason,
  durationMs: number,
  { clock, stop }: Pick<SessionDeps, 'clock' | 'stop'>,
): AsyncGenerator<StudyEvent> {
  if (durationMs === 0 || stop.signal.aborted) return
  const untilMs = clock.nowMs() + durationMs
  yield { type: 'waiting', reason, untilMs, celsius: null, holder: null }
  try {
    // Whoever heard of it may have been slow.
    await clock.sleep(Math.max(0, untilMs - clock.nowMs()), stop.signal)
  } catch (thrown) {
    // The study is being ended, which its loop sees for itself.
    if (!stop.signal.aborted) throw thrown
  }
  yield { type: 'waited', reason }
}
