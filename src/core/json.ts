/** JSON as a type, and the one canonical text of a value that hashes are made from. */

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json }

/**
 * Text of a JSON value that does not depend on key order: keys sorted, no spaces, `undefined` members left out.
 * Numbers print as JavaScript prints them (shortest text that reads back to the same double), on every machine alike.
 */
export function canonicalJson(value: unknown): string {
  return textOf(value, canonicalJson)
}

/** The same for many values that share parts: the text of an object is made once, so it must not change in between. */
export function canonicalJsonWriter(): (value: unknown) => string {
  const known = new WeakMap<object, string>()
  const orders = new Map<string, readonly Member[]>()
  const orderOf = (value: Record<string, unknown>): readonly Member[] => {
    const keys = Object.keys(value)
    const shape = keys.join('\n')
    const before = orders.get(shape)
    if (before !== undefined) return before
    const order = membersOf(keys)
    orders.set(shape, order)
    return order
  }
  return function write(value) {
    if (typeof value !== 'object' || value === null) return textOf(value, write)
    const before = known.get(value)
    if (before !== undefined) return before
    const text = isRecord(value) ? recordText(value, orderOf(value), write) : textOf(value, write)
    // Sections are what experiments share; what holds sections is made anew each time.
    if (!Object.values(value).some(isRecord)) known.set(value, text)
    return text
  }
}

interface Member {
  key: string
  /** The key as it stands in the text, with its colon. */
  start: string
}

function membersOf(keys: readonly string[]): Member[] {
  return [...keys].sort().map((key) => ({ key, start: `${JSON.stringify(key)}:` }))
}

function textOf(value: unknown, write: (member: unknown) => string): string {
  if (Array.isArray(value)) return `[${value.map((member) => write(member)).join(',')}]`
  if (isRecord(value)) return recordText(value, membersOf(Object.keys(value)), write)
  return JSON.stringify(value) ?? 'null'
}

function recordText(
  value: Record<string, unknown>,
  members: readonly Member[],
  write: (member: unknown) => string,
): string {
  let text = ''
  for (const { key, start } of members) {
    const member = value[key]
    if (member !== undefined) text += `${text === '' ? '' : ','}${start}${write(member)}`
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
