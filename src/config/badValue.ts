/** The problem of a value that does not fit: what was expected there, what was found, and how to write it right. */

import type { z } from 'zod'
import { isRecord } from '../core/json.ts'
import { nearest } from '../core/nearest.ts'
import type { Problem } from '../core/problem.ts'
import { quote } from '../core/quote.ts'
import { describeSchema, describeValue } from './describeSchema.ts'
import { branchesOf, keysOf, type SchemaNode, schemaAt } from './schemaNode.ts'
import { noSuchBackend } from './unknownKey.ts'
import { valueAt } from './valueAt.ts'

type Path = readonly (string | number)[]

export function badValue(
  issue: z.core.$ZodIssue,
  path: Path,
  { written, root }: { written: unknown; root: SchemaNode },
): Problem {
  const node = schemaAt(root, path) ?? {}
  const value = valueAt(written, path)
  const expected = expectedOf(issue, node, value)
  if (value === undefined) {
    const found =
      node.default === undefined
        ? 'which is required'
        : `found the default ${describeValue(node.default)}`
    return { path, message: `${expected}, ${found}` }
  }
  const hint = value === null ? emptyHint(root, path) : hintFor(value, node, path)
  return {
    path,
    message: `${expected}, found ${describeValue(value)}`,
    ...(hint === null ? {} : { hint }),
  }
}

/** Schemas word their own rules as `expected ...`; everything else is said from the schema. */
function expectedOf(issue: z.core.$ZodIssue, node: SchemaNode, value: unknown): string {
  if (issue.message.startsWith('expected ')) return issue.message
  if (issue.code === 'custom') return `expected another value: ${issue.message}`
  if (value === '' && issue.code === 'too_small') return 'expected text that is not empty'
  if (issue.code === 'too_big' && issue.maximum === Number.MAX_SAFE_INTEGER)
    return `expected a whole number of at most ${issue.maximum}`
  return `expected ${describeSchema(node)}`
}

/** `key:` with nothing behind it, which many write for "as it is". */
function emptyHint(root: SchemaNode, path: Path): string | null {
  const key = path.at(-1)
  if (typeof key !== 'string') return null
  const isRequired = schemaAt(root, path.slice(0, -1))?.required?.includes(key) === true
  return isRequired ? null : 'leave the key out for the default'
}

function hintFor(value: unknown, node: SchemaNode, path: Path): string | null {
  const branches = branchesOf(node)
  const types = branches.flatMap(({ type }) => type ?? [])
  const choices = branches.flatMap((branch) => branch.enum ?? branch.const ?? []).map(String)
  const isBackend = path.length === 1 && path[0] === 'backend'
  if (typeof value === 'string')
    return hintForText(value, types, choices) ?? (isBackend ? noSuchBackend : null)
  if (isRecord(value)) return null
  if (types.includes('object')) return sectionHint(node, path)
  if (types.includes('array') && !Array.isArray(value)) return `a list is written [${value}]`
  if (types.includes('string') && choices.length === 0 && !Array.isArray(value))
    return `write it in quotes: "${value}"`
  return null
}

function hintForText(
  text: string,
  types: readonly string[],
  choices: readonly string[],
): string | null {
  const near = nearest(text, choices)
  if (near !== null && near !== text) return `did you mean ${near}?`
  if (types.includes('number') || types.includes('integer')) return numberHint(text)
  if (types.includes('boolean')) return booleanHint(text)
  if (types.includes('array'))
    return `a list is written [${/^[\w./:-]+$/.test(text) ? text : quote(text)}]`
  return null
}

/** Quoted numbers, grouped digits, and numbers with the unit that the key already states. */
function numberHint(text: string): string | null {
  const [, number] =
    /^\s*(-?\d+(?:\.\d+)?)\s*[a-zA-Z%]*\s*$/.exec(text.replace(/(?<=\d)[_,](?=\d)/g, '')) ?? []
  if (number === undefined) return null
  return text.trim() === number ? 'remove the quotes' : `write the number alone: ${number}`
}

/** YAML 1.1 took these for booleans, and many tools still do. */
function booleanHint(text: string): string | null {
  if (/^(yes|on|y|true)$/i.test(text)) return 'write true without quotes'
  return /^(no|off|n|false)$/i.test(text) ? 'write false without quotes' : null
}

function sectionHint(node: SchemaNode, path: Path): string | null {
  const keys = keysOf(node)
  if (keys.length === 0) return null
  const [key] = keys
  return `write its keys below it, such as ${path.length === 0 ? '' : `${path.at(-1)}: `}{${key}: ...}`
}
