/** One thing wrong in what a person wrote, with the place where it stands. */

import { quote } from './quote.ts'

export interface Problem {
  /** Where in the document: keys and list indexes from the root. */
  path: readonly (string | number)[]
  /** What was expected and what was found, one sentence. */
  message: string
  /** What to write instead, when we can tell. */
  hint?: string
  /** What is wrong is the key at `path`, not its value. */
  isKey?: true
  /** The key is one of the Python tool of the same name, which `llem migrate` rewrites. */
  isPython?: true
  /** The file it stands in, when that is not the one that was asked for: a base of the study. */
  file?: string
  /** One-based position in the file; absent when the value did not come from a file. */
  line?: number
  column?: number
  /** What was typed when the value did not come from a file: `--set decoder.top_k=-1`. */
  origin?: string
}

/** `experiments[3].vllm.max_num_seqs` from path segments; a key that is no plain word is quoted. */
export function formatPath(path: readonly (string | number)[]): string {
  return path
    .map((part, index) =>
      typeof part === 'number'
        ? `[${part}]`
        : `${index === 0 ? '' : '.'}${/^[\w-]+$/.test(part) ? part : quote(part)}`,
    )
    .join('')
}

/** One line: where it is, what is wrong, what to write instead. */
export function describeProblem(problem: Problem): string {
  const { path, origin, message, hint } = problem
  const place = placeOf(problem)
  const name = path.length === 0 || origin?.includes(formatPath(path)) ? null : formatPath(path)
  const where = [place, name].filter((part) => part !== null).join(' ')
  return `${where === '' ? '' : `${where}: `}${message}${hint === undefined ? '' : ` (${hint})`}`
}

/** What was typed, or `12:3`, or `base.yaml:12:3`; null when nothing is known. */
function placeOf({ file, line, column, origin }: Problem): string | null {
  if (origin !== undefined) return origin
  const parts = [file, line, line === undefined ? undefined : (column ?? 1)]
  const known = parts.filter((part) => part !== undefined)
  return known.length === 0 ? null : known.join(':')
}
