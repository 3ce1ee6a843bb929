/** The warnings of many runs as text: each kind once with how often it came. */

import { stripVTControlCharacters } from 'node:util'
import { counted } from './counted.ts'
import { wrapMarked } from './wrapRow.ts'

export interface WarningKind {
  code: string
  count: number
  /** As the first result that has it words it; null when that is not there any more. */
  message: string | null
}

/** Lines for `kinds`, the most frequent of them first; what to do about each is in the results. */
export function renderWarningKinds(kinds: readonly WarningKind[], width: number): string[] {
  const shown = kinds.slice(0, mostKinds)
  const others = kinds.length - shown.length
  const countWidth = Math.max(...shown.map(({ count }) => String(count).length))
  return [
    ...shown.flatMap(({ code, count, message }) => {
      const text = message === null ? code : `${code}: ${stripVTControlCharacters(message)}`
      return wrapMarked(`  ${String(count).padStart(countWidth)} x `, text, width)
    }),
    ...(others > 0 ? [`  and ${counted(others, 'more kind')}`] : []),
    ...wrapMarked('  ', note, width),
  ]
}

/** More would hide the table above. */
const mostKinds = 6
const note =
  'Figures are those of the first run that has it: result.json of each run has its own, and what to do.'
