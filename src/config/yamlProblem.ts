/** Words what the YAML parser said in the words of somebody who writes a study file. */

import { type Document, visit, type YAMLError } from 'yaml'
import type { Problem } from '../core/problem.ts'
import { quote } from '../core/quote.ts'

/** The place of the problem is given by its offset in the text. */
export function yamlProblem(
  { code, message, pos }: YAMLError,
  text: string,
  document: Document,
): Problem & { offset: number } {
  const wording = wordings[code]?.(wordAt(text, pos[0]), message) ?? null
  const isUnclosed = code === 'MISSING_CHAR' && /^Missing closing .quote$/.test(message)
  if (isUnclosed) return { path: [], ...unclosed, offset: lastQuoteOf(document) ?? pos[0] }
  return { path: [], ...(wording ?? { message: `not valid YAML: ${message}` }), offset: pos[0] }
}

const unclosed = { message: 'expected a closing quote for the text that begins here' }

/** The parser notices at the end of the file; the person wants to know where it began. */
function lastQuoteOf(document: Document): number | null {
  let offset: number | null = null
  visit(document, {
    Scalar(_key, { type, range }) {
      if (type?.startsWith('QUOTE') && range) offset = range[0]
    },
  })
  return offset
}

type Wording = (word: string, said: string) => { message: string; hint?: string }

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
    ...(word.includes(':') ? { hint: 'put a space after the colon' } : {}),
  }),
  TAG_RESOLVE_FAILED: (word) => ({
    message: `expected plain values, found the tag ${word}`,
    hint: 'remove the tag, or quote the value',
  }),
  BAD_INDENT: (word, said) => {
    const [, end] = /end with a ([\]}])/.exec(said) ?? []
    return end === undefined
      ? { message: `expected this line at the column of its neighbors, found ${word} elsewhere` }
      : { message: `expected ${end} to close what was opened above, found ${word}` }
  },
  RESOURCE_EXHAUSTION: () => ({ message: 'expected a few levels of keys, found thousands' }),
}

/** The word that begins at an offset, cut at 40 characters. */
function wordAt(text: string, offset: number): string {
  const [word] = /(?<=^ *)[^\s,\]}]{1,40}/.exec(text.slice(offset, offset + 41)) ?? []
  if (word === undefined) return 'nothing'
  return /^[\w./:*!-]+$/.test(word) ? word.replace(/:$/, '') : quote(word)
}
