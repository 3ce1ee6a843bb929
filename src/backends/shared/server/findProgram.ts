/** Where a program is, by the PATH of an environment. */

import { constants } from 'node:fs'
import { access, stat } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import type { Environment } from '../../../core/context.ts'

/** Absolute path of the first executable of this name; null when there is none. */
export async function findProgram(name: string, env: Environment): Promise<string | null> {
  for (const directory of (env['PATH'] ?? '').split(delimiter)) {
    const path = join(directory, name)
    if (directory !== '' && (await isExecutable(path))) return path
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
