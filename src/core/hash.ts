/** The hash that names configurations: the same on every machine and for every order of keys. */

import { createHash } from 'node:crypto'
import { canonicalJson } from './json.ts'

/** SHA-256 of the canonical JSON text, in hex (64 characters). */
export function hashJson(value: unknown): string {
  return createHash('sha256').update(canonicalJson(value)).digest('hex')
}
