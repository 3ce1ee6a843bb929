/** A failed experiment as text: in which phase, what happened, what to do, and the last lines of the log. */

import { stripVTControlCharacters } from 'node:util'
import type { Failure } from '../core/events.ts'
import { paintFor } from './paint.ts'
import type { ReportOptions } from './textReport.ts'
import { wrapWords } from './wrapRow.ts'

export interface FailedExperiment {
  label: string
  failure: Failure
  /** Last lines that the worker and its engine wrote; empty when they wrote none. */
  logTail: readonly string[]
}

const longestTail = 10
const indent = (line: string): string => `  ${line}`

/** One failure as text; ends with a newline. */
export function renderFailure(failed: FailedExperiment, options: ReportOptions): string {
  const { failure, label, logTail } = failed
  const { isColor, width, directory } = options
  const paint = paintFor(isColor)
  const phase = failure.phase === null ? 'before its first phase' : `in phase ${failure.phase}`
  if (failure.code === 'INTERRUPTED') return `${paint.bold(label)} interrupted ${phase}\n`
  const lines = logTail.slice(-longestTail).map((line) => stripVTControlCharacters(line))
  return [
    `${paint.bold(label)} ${paint.red('failed')} ${phase}`,
    ...wrapWords(`${failure.message} [${failure.code}]`, width - 2).map(indent),
    ...wrapWords(`hint: ${failure.hint}`, width - 2).map(indent),
    ...(lines.length === 0 ? [] : ['  last lines of the log:']),
    ...lines.map((line) => paint.dim(`  | ${line}`.slice(0, width))),
    '',
    `${paint.bold('Files')}  ${directory}`,
    '',
  ].join('\n')
}
