/** An error as text: what happened and what to type next. An unexpected one keeps its stack for the bug report. */

import { AppError, messageOf } from '../core/errors.ts'
import { paintFor } from './paint.ts'

/** Any thrown value as text; ends with a newline. */
export function renderError(thrown: unknown, { isColor }: { isColor: boolean }): string {
  const paint = paintFor(isColor)
  const error = asAppError(thrown)
  const stack = error === thrown || !(thrown instanceof Error) ? [] : [thrown.stack ?? '']
  return [
    `${paint.red('error:')} ${error.message}`,
    ...stack.map(paint.dim),
    `${paint.yellow('hint:')} ${error.hint}`,
    '',
  ].join('\n')
}

/** What was thrown, or `INTERNAL` around what should not have been. */
export function asAppError(thrown: unknown): AppError {
  if (thrown instanceof AppError) return thrown
  return new AppError('INTERNAL', { what: messageOf(thrown) }, { cause: thrown })
}
