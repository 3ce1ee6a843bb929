/** Where a program is, by the PATH of an environment. */

import { constants } from 'node:fs'
import { access, stat } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import type { Environment } from '../../../core/context.ts'

/** Path of the first executable of this name, then of those at `alsoAt`; null when there is none. */
export async function findProgram(
  name: string,
  env: Environment,
  alsoAt: readonly string[] = [],
): Promise<string | null> {
  const directories = (env['PATH'] ?? '').split(delimiter).filter((directory) => directory !== '')
  for (const path of [...directories.map((directory) => join(directory, name)), ...alsoAt]) {
    if (await isExecutable(path)) return path
  }
  return null
}

async function isExecutable(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK)
    return (await stat(path)).isFile()
  } catch {
    // Not there, or not ours to run: both mean that the search goes on.
    return false
  }
}
