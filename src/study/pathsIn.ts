/** The texts of a configuration that may be paths of files. Pure. */

import { isRecord } from '../core/json.ts'

export function pathsIn(value: unknown): string[] {
  if (typeof value === 'string') return looksLikePath(value) ? [value] : []
  if (Array.isArray(value)) return value.flatMap(pathsIn)
  return isRecord(value) ? Object.values(value).flatMap(pathsIn) : []
}

/** A word alone names something else, even where a file happens to have that name. */
const looksLikePath = (text: string): boolean => /\/|\.\w+$/.test(text) && text.length < 4096
