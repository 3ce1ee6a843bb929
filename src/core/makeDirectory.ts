/** Makes a directory and its parents. Node's own recursive mkdir never returns where the kernel refuses with ENOENT, as in /proc. */

import { mkdir, stat } from 'node:fs/promises'
import { dirname } from 'node:path'

/** Rejects with the system's error when it cannot be made, or when something else than a directory is in its place. */
export async function makeDirectory(path: string): Promise<void> {
  if (await isDirectory(path)) return
  // Parents first, whatever the system would say of this one: others may make the same parents meanwhile.
  if (dirname(path) !== path) await makeDirectory(dirname(path))
  try {
    await mkdir(path)
  } catch (cause) {
    if (!(await isDirectory(path))) throw cause
  }
}

const isDirectory = (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  )
