/** Words what the YAML parser said in the words of somebody who writes a study file. */

import type { YAMLError } from 'yaml'
import type { Problem } from '../core/problem.ts'

export function yamlProblem({ code, message, pos }: YAMLError, text: string): Problem {
  const wording = wordings[code]?.(wordAt(text, pos[0]))
  if (wording === undefined) return { path: [], message: `not valid YAML: ${message}` }
  return { path: [], ...wording }
}

type Wording = (word: string) => { message: string; hint?: string }

const wordings: Record<string, Wording> = {
  DUPLICATE_KEY: (word) => ({
    message: `expected each key once, found ${word} again`,
    hint: 'keep one of them',
  }),
  TAB_AS_INDENT: () => ({
    message: 'expected spaces at the start of the line, found a tab',
    hint: 'replace each tab by two spaces',
  }),
  MULTIPLE_DOCS: () => ({
    message: 'expected one study in a file, found a second document after ---',
    hint: 'put it into a file of its own',
  }),
  BLOCK_AS_IMPLICIT_KEY: () => ({
    message: 'expected one value after the key, found further keys',
    hint: 'start each key on its own line, at the column of its neighbors, or quote a value that holds ": "',
  }),
  MULTILINE_IMPLICIT_KEY: (word) => ({
    message: `expected "key: value", found ${word}`,
    hint: 'put a space after the colon',
  }),
  TAG_RESOLVE_FAILED: (word) => ({
    message: `expected plain values, found the tag ${word}`,
    hint: 'remove the tag, or quote the value',
  }),
  RESOURCE_EXHAUSTION: () => ({ message: 'expected a few levels of keys, found thousands' }),
}

/** The word that begins at an offset, cut at 40 characters. */
const wordAt = (text: string, offset: number): string =>
  /^[^\s,\]}]{1,40}/.exec(text.slice(offset, offset + 41))?.[0].replace(/:$/, '') ?? 'nothing'
