/** The end of a job whose container never came to be. */

import type { AppError } from '../../core/errors.ts'
import type { JobExit } from '../runner.ts'

export function neverRan(failure: AppError | null): JobExit {
  const wasAborted = failure === null || failure.code === 'INTERRUPTED'
  return {
    code: null,
    signal: null,
    timedOut: null,
    wasAborted,
    outOfMemory: null,
    failure: wasAborted ? null : failure,
    stderrTail: '',
  }
}
