/** Turns what zod found wrong into problems a person can act on: what was expected, what was found, the nearest valid key. */

import type { z } from 'zod'
import type { Problem } from '../core/problem.ts'

/** All problems of a value, one per unknown key or bad value, in the order zod reports them. */
export function problemsOf(error: z.ZodError, _written: unknown, _schema: z.ZodType): Problem[] {
  return error.issues.map((issue) => ({
    path: issue.path.map((part) => (typeof part === 'symbol' ? String(part) : part)),
    message: issue.message,
  }))
}
