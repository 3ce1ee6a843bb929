/** JSON as a type, and the one canonical text of a value that hashes are made from. */

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json }

/**
 * Text of a JSON value that does not depend on key order: keys sorted, no spaces, `undefined` members left out.
 * Numbers print as JavaScript prints them (shortest text that reads back to the same double), on every machine alike.
 */
export function canonicalJson(value: unknown): string {
  return textOf(value, canonicalJson)
}

/**
 * The same for many values one after the other that share parts and keys: a member that is the same object as the last one
 * under its key is not written again, so it must not be changed in between.
 */
export function canonicalJsonWriter(): (value: unknown) => string {
  const orders = new Map<string, readonly Member[]>()
  const lastOf = new Map<string, { value: object; text: string }>()
  const orderOf = (value: Record<string, unknown>): readonly Member[] => {
    const keys = Object.keys(value)
    const shape = keys.join('\n')
    const order = orders.get(shape) ?? membersOf(keys)
    orders.set(shape, order)
    return order
  }
  const write: Write = (value, key) => {
    if (typeof value !== 'object' || value === null) return textOf(value, write)
    const last = key === undefined ? undefined : lastOf.get(key)
    if (last?.value === value) return last.text
    const text = isRecord(value) ? recordText(value, orderOf(value), write) : textOf(value, write)
    if (key !== undefined) lastOf.set(key, { value, text })
    return text
  }
  return (value) => write(value)
}

/** `key` is the one under which the value stands, if any. */
type Write = (value: unknown, key?: string) => string

interface Member {
  key: string
  /** The key as it stands in the text, with its colon. */
  start: string
}

function membersOf(keys: readonly string[]): Member[] {
  return [...keys].sort().map((key) => ({ key, start: `${JSON.stringify(key)}:` }))
}

function textOf(value: unknown, write: Write): string {
  if (Array.isArray(value)) return `[${value.map((member) => write(member)).join(',')}]`
  if (isRecord(value)) return recordText(value, membersOf(Object.keys(value)), write)
  return JSON.stringify(value) ?? 'null'
}

function recordText(
  value: Record<string, unknown>,
  members: readonly Member[],
  write: Write,
): string {
  let text = ''
  for (const { key, start } of members) {
    const member = value[key]
    if (member !== undefined) text += `${text === '' ? '' : ','}${start}${write(member, key)}`
  }
  return `{${text}}`
}

/** A plain object, as opposed to an array, a scalar or null. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The JSON of a value: `undefined` members left out, dates as text. Throws for what JSON cannot hold, such as a cycle. */
export function toJson(value: unknown): Json {
  const text = JSON.stringify(value)
  const json: Json = text === undefined ? null : JSON.parse(text)
  return json
}
