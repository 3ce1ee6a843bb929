/** What ends a study before its last run: its user, or its time. */

import type { StudySettings } from '../config/studyConfig.ts'
import type { Clock } from '../core/clock.ts'
import { hoursToMs } from '../core/units.ts'

export interface StudyStop extends Disposable {
  /** Aborts when the study must end, and with it what is running or waiting. */
  signal: AbortSignal
  /** Null while the study may go on. */
  status(): 'interrupted' | 'timed_out' | null
}

/** Time counts from now, for every session anew: a study whose time was up can be resumed. */
export function studyStop(
  { clock, signal }: { clock: Clock; signal: AbortSignal },
  { wall_clock_timeout_hours: hours }: StudySettings['execution'],
): StudyStop {
  const timeUp = new AbortController()
  const over = new AbortController()
  if (hours !== undefined) {
    clock.sleep(hoursToMs(hours), over.signal).then(
      // Whoever came first gave the reason.
      () => signal.aborted || timeUp.abort(),
      // The study ended in time.
      () => {},
    )
  }
  return {
    signal: AbortSignal.any([signal, timeUp.signal]),
    status: () => (timeUp.signal.aborted ? 'timed_out' : signal.aborted ? 'interrupted' : null),
    [Symbol.dispose]: () => over.abort(),
  }
}
