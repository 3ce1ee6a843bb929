/** Values given on the command line, which win over the file: `--set decoder.temperature=0.7` and the flags of common keys. */

import { parseDocument } from 'yaml'
import { AppError } from '../core/errors.ts'
import { isRecord } from '../core/json.ts'

export interface Override {
  path: readonly string[]
  value: unknown
  /** What was typed, for messages: `--set decoder.temperature=0.7`, `--model x`. */
  origin: string
}

/** Parses the argument of `--set`: a dotted path, `=`, a YAML value. Throws `USAGE` when it is not that. */
export function parseOverride(text: string): Override {
  const at = text.indexOf('=')
  const path = text.slice(0, Math.max(at, 0)).trim().split('.')
  const origin = `--set ${text}`
  if (at < 0 || path.some((part) => part === ''))
    throw new AppError('USAGE', { what: `expected --set path=value, found ${origin}` })
  const document = parseDocument(text.slice(at + 1), {
    prettyErrors: false,
    resolveKnownTags: false,
    stringKeys: true,
  })
  const [error] = document.errors
  if (error !== undefined)
    throw new AppError('USAGE', { what: `expected a value after = in ${origin}: ${error.message}` })
  return { path, value: document.toJS(), origin }
}

/** A new value with every override set, sections made where there are none. What is not a section is left for the checks. */
export function applyOverrides(written: unknown, overrides: readonly Override[]): unknown {
  return overrides.reduce(
    (value: unknown, { path, value: wanted }) => set(value, path, wanted),
    written,
  )
}

function set(within: unknown, [key, ...rest]: readonly string[], value: unknown): unknown {
  if (key === undefined) return value
  const section = within ?? {}
  if (!isRecord(section)) return section
  const old = Object.hasOwn(section, key) ? section[key] : undefined
  return { ...section, [key]: set(old, rest, value) }
}
