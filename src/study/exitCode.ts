/** What the shell is told of a study. */

import { type ExitCode, exitCodes } from '../core/errors.ts'
import type { OutcomeCounts, StudyStatus } from '../core/events.ts'

/** Success means that every run of the study has a result, whatever ended it. */
export function exitCodeOf(ended: { status: StudyStatus } & OutcomeCounts): ExitCode {
  if (ended.status === 'interrupted') return exitCodes.interrupted
  if (ended.failed === 0 && ended.skipped === 0) return exitCodes.measured
  return ended.measured === 0 ? exitCodes.noneSucceeded : exitCodes.someFailed
}
