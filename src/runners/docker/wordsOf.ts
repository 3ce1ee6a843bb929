/** An error as data, for a record. */

import type { AppError } from '../../core/errors.ts'
import type { JobExit } from '../runner.ts'

export function wordsOf({ code, message, hint }: AppError): NonNullable<JobExit['failure']> {
  return { code, message, hint }
}
