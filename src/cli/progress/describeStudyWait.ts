/** What a study waits for between two experiments, and for how long. */

import type { WaitReason } from '../../core/events.ts'
import { formatDuration } from '../../core/units.ts'
import type { StudyWait } from './progressState.ts'

const words: Record<WaitReason, string> = {
  experiment_gap: 'rest between experiments',
  cycle_gap: 'rest between cycles',
  circuit_breaker: 'rest before one more try',
  devices_in_use: 'waiting for another study to leave the devices',
}

/** `nowMs` is on the clock that the event was made with. */
export function describeStudyWait(
  { reason, untilMs, celsius, holder }: StudyWait,
  nowMs: number,
): string {
  const left = untilMs === null ? null : formatDuration(Math.max(0, untilMs - nowMs))
  const what = holder === null ? words[reason] : `${words[reason]}: ${holder}`
  if (celsius === null) return left === null ? what : `${what}, ${left} left`
  const limit = left === null ? '' : `, ${left} at most`
  return `${what} until ${celsius.until} °C, now ${celsius.now} °C${limit}`
}
