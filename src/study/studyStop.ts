/** What ends a study before its last run: its user, its time, or a failure that is to end it. */

import type { StudySettings } from '../config/studyConfig.ts'
import type { Clock } from '../core/clock.ts'
import { hoursToMs } from '../core/units.ts'

type StopStatus = 'interrupted' | 'timed_out' | 'failed_fast'

export interface StudyStop extends Disposable {
  /** Aborts when the study must end, and with it what is running or waiting. */
  signal: AbortSignal
  /** Null while the study may go on. */
  status(): StopStatus | null
  /** Ends it, unless something has already. */
  end(status: StopStatus): void
}

/** Time counts from now, for every session anew: a study whose time was up can be resumed. */
export function studyStop(
  { clock, signal }: { clock: Clock; signal: AbortSignal },
  { wall_clock_timeout_hours: hours }: StudySettings['execution'],
): StudyStop {
  const ended = new AbortController()
  const over = new AbortController()
  let reason: StopStatus | null = null
  const status = (): StopStatus | null => reason ?? (signal.aborted ? 'interrupted' : null)
  const end = (why: StopStatus): void => {
    // Whoever came first gave the reason.
    if (status() !== null) return
    reason = why
    ended.abort()
  }
  if (hours !== undefined) {
    clock.sleep(hoursToMs(hours), over.signal).then(
      () => end('timed_out'),
      // The study ended in time.
      () => {},
    )
  }
  return {
    signal: AbortSignal.any([signal, ended.signal]),
    status,
    end,
    [Symbol.dispose]: () => over.abort(),
  }
}
