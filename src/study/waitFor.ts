/** A wait that can be watched, and that ends at once when the study is ended. */

import type { StudyEvent, WaitReason } from '../core/events.ts'
import type { SessionDeps } from './runSession.ts'

export async function* waitFor(
  reason: WaitReason,
  durationMs: number,
  { clock, stop }: Pick<SessionDeps, 'clock' | 'stop'>,
): AsyncGenerator<StudyEvent> {
  if (durationMs === 0 || stop.signal.aborted) return
  yield { type: 'waiting', reason, untilMs: clock.nowMs() + durationMs, celsius: null }
  try {
    await clock.sleep(durationMs, stop.signal)
  } catch (thrown) {
    // The study is being ended, which its loop sees for itself.
    if (!stop.signal.aborted) throw thrown
  }
  yield { type: 'waited', reason }
}
