/** The hash that names configurations: the same on every machine and for every order of keys. */

import { createHash } from 'node:crypto'
import { canonicalJson, canonicalJsonWriter } from './json.ts'

/** SHA-256 of the canonical JSON text, in hex (64 characters). */
export function hashJson(value: unknown): string {
  return sha256(canonicalJson(value))
}

/** Hashes like `hashJson`, faster where values share parts; what was hashed must not be changed. */
export function jsonHasher(): (value: unknown) => string {
  const write = canonicalJsonWriter()
  return (value) => sha256(write(value))
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
