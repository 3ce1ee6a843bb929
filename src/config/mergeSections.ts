/** Lays one section over another: sections in both are merged in turn, everything else replaces what lies below. */

import { isRecord } from '../core/json.ts'

type Section = Readonly<Record<string, unknown>>

/** A new section; what only one of the two has is shared with it. */
export function mergeSections(below: Section, above: Section): Record<string, unknown> {
  const merged = Object.entries(above).map(([key, value]) => {
    const old = Object.hasOwn(below, key) ? below[key] : undefined
    return [key, isRecord(old) && isRecord(value) ? mergeSections(old, value) : value]
  })
  return { ...below, ...Object.fromEntries(merged) }
}
