/** The problem of something that is written for a backend which is not used there. */

import type { Problem } from '../core/problem.ts'
import { joined } from './describeSchema.ts'

/** `path` ends with the section of `backend`, or with a key below it. */
export function foreignSection(
  path: readonly (string | number)[],
  backend: string,
  used: readonly string[],
): Problem {
  return {
    path,
    isKey: true,
    message: `expected no section of another backend, found ${backend} while backend is ${joined(used)}`,
    hint: `remove it, or set backend: ${backend}`,
  }
}
