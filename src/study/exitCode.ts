/** What the shell is told of a study. */

import { type ExitCode, exitCodes } from '../core/errors.ts'
import type { StudyStatus } from '../core/events.ts'

export function exitCodeOf(ended: {
  status: StudyStatus
  measured: number
  failed: number
}): ExitCode {
  if (ended.status === 'interrupted') return exitCodes.interrupted
  if (ended.failed === 0) return exitCodes.measured
  return ended.measured === 0 ? exitCodes.noneSucceeded : exitCodes.someFailed
}
