/** Warnings as text: what a reader of the numbers must know, each with what to do about it. */

import { stripVTControlCharacters } from 'node:util'
import type { Warning } from '../core/warnings.ts'
import type { Paint } from './paint.ts'
import { wrapMarked } from './wrapRow.ts'

export interface TextOptions {
  /** Columns of the terminal. */
  width: number
  paint: Paint
}

/** Lines of a list of warnings, hints below the messages. */
export function renderWarnings(warnings: readonly Warning[], options: TextOptions): string[] {
  const { width, paint } = options
  return warnings.flatMap(({ message, hint }) => [
    ...wrapMarked('  ! ', stripVTControlCharacters(message), width).map(paint.yellow),
    ...wrapMarked('    ', stripVTControlCharacters(hint), width).map(paint.dim),
  ])
}
