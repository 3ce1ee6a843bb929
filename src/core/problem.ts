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
