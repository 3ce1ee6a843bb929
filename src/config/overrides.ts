/** Values given on the command line, which win over the file: `--set decoder.temperature=0.7` and the flags of common keys. */

import { parseDocument } from 'yaml'
import { AppError } from '../core/errors.ts'
import { isRecord } from '../core/json.ts'
import { formatPath, type Problem } from '../core/problem.ts'
import { describeValue } from './describeSchema.ts'

export interface Override {
  path: readonly string[]
  value: unknown
  /** What was typed, for messages: `--set decoder.temperature=0.7`, `--model x`. */
  origin: string
}

/** Parses the argument of `--set`: a dotted path, `=`, a YAML value. Throws `USAGE` when it is not that. */
export function parseOverride(text: string): Override {
  const at = text.indexOf('=')
  const path = pathOf(text.slice(0, Math.max(at, 0)).trim())
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

/** The keys of a sweep have dots themselves: `sweep.decoder.top_k` is the axis `decoder.top_k`. */
function pathOf(dotted: string): string[] {
  const [first = '', ...rest] = dotted.split('.')
  return first === 'sweep' && rest.length > 1 ? [first, rest.join('.')] : [first, ...rest]
}

/** A new value with every override set, sections made where there are none, and a problem for each that cannot be set. */
export function applyOverrides(
  written: unknown,
  overrides: readonly Override[],
): { value: unknown; problems: Problem[] } {
  const problems: Problem[] = []
  let value = written
  for (const override of overrides) {
    const blocked = blockedAt(value, override.path)
    if (blocked === null) value = set(value, override.path, override.value)
    else problems.push({ ...blocked, origin: override.origin })
  }
  return { value, problems }
}

/** A key can only be set in a section: what else stands on the way is a problem, of the override and not of the file. */
function blockedAt(written: unknown, path: readonly string[]): Problem | null {
  let at = written
  for (const [depth, key] of path.entries()) {
    if (at === null || at === undefined) return null
    if (!isRecord(at))
      return {
        path,
        message: `expected a section of keys in ${formatPath(path.slice(0, depth))}, found ${describeValue(at)}`,
      }
    at = Object.hasOwn(at, key) ? at[key] : undefined
  }
  return null
}

function set(written: unknown, [key, ...rest]: readonly string[], value: unknown): unknown {
  if (key === undefined) return value
  const section = isRecord(written) ? written : {}
  const old = Object.hasOwn(section, key) ? section[key] : undefined
  return { ...section, [key]: set(old, rest, value) }
}
