/** Compares a text with a file that a person has read and approved. `LLEM_UPDATE_GOLDEN=1` writes the file instead. */

import assert from 'node:assert/strict'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'

/** `path` starts at the root of the repository, which is where tests run. */
export function assertGolden(path: string, actual: string): void {
  const file = resolve(path)
  if (process.env['LLEM_UPDATE_GOLDEN'] === '1') {
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, actual)
  }
  assert.equal(actual, readFileSync(file, 'utf8'))
}
