/** JSON as a type, and the one canonical text of a value that hashes are made from. */

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json }

/**
 * Text of a JSON value that does not depend on key order: keys sorted, no spaces, `undefined` members left out.
 * Numbers print as JavaScript prints them (shortest text that reads back to the same double), on every machine alike.
 */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, member]) => `${JSON.stringify(key)}:${canonicalJson(member)}`)
    return `{${members.join(',')}}`
  }
  return JSON.stringify(value) ?? 'null'
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
