/** Where a command would be found that is started by its name alone. */

import { accessSync, constants, statSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import type { Environment } from './context.ts'

/** The first executable of this name in the folders of `PATH`, then of the files `alsoAt`; null when there is none. */
export function findProgram(
  name: string,
  env: Environment,
  alsoAt: readonly string[] = [],
): string | null {
  const folders = (env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '')
  return [...folders.map((folder) => join(folder, name)), ...alsoAt].find(isExecutable) ?? null
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return statSync(path).isFile()
  } catch {
    // Not there, or not ours to run: both mean that the search goes on.
    return false
  }
}
