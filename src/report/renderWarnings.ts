/** Warnings as text: what a reader of the numbers must know, each with what to do about it. */

import { stripVTControlCharacters } from 'node:util'
import type { Warning } from '../core/warnings.ts'
import type { Paint } from './paint.ts'
import { wrapWords } from './wrapRow.ts'

export interface TextOptions {
  /** Columns of the terminal. */
  width: number
  paint: Paint
}

/** Lines of a list of warnings, hints below the messages. */
export function renderWarnings(warnings: readonly Warning[], options: TextOptions): string[] {
  const { width, paint } = options
  return warnings.flatMap(({ message, hint }) => [
    ...indented('  ! ', message, width).map(paint.yellow),
    ...indented('    ', hint, width).map(paint.dim),
  ])
}

function indented(mark: string, text: string, width: number): string[] {
  const indent = ' '.repeat(mark.length)
  const lines = wrapWords(stripVTControlCharacters(text), Math.max(20, width - mark.length))
  return lines.map((line, index) => `${index === 0 ? mark : indent}${line}`)
}
