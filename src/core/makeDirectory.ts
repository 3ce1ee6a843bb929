/** Makes a directory and its parents. Node's own recursive mkdir never returns where the kernel refuses with ENOENT, as in /proc. */

import { mkdir, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { errorCodeOf } from './files.ts'

/** Rejects with the system's error when it cannot be made, or when something else than a directory is in its place. */
export async function makeDirectory(path: string): Promise<void> {
  try {
    await mkdir(path)
  } catch (cause) {
    if (errorCodeOf(cause) === 'EEXIST' && (await stat(path)).isDirectory()) return
    if (errorCodeOf(cause) !== 'ENOENT' || dirname(path) === path || (await isThere(dirname(path))))
      throw cause
    await makeDirectory(dirname(path))
    await mkdir(path).catch((second) => {
      // Somebody else may have made it between the two calls.
      if (errorCodeOf(second) !== 'EEXIST') throw second
    })
  }
}

async function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  )
}
