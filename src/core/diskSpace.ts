/** Refuses a large file before it is begun when the disk has no room for it. */

import { statfs } from 'node:fs/promises'
import { AppError } from './errors.ts'
import { formatBytes } from './units.ts'

/** `path` is to be in a directory that exists. */
export async function requireDiskSpace(directory: string, path: string, neededBytes: number) {
  const { bavail, bsize } = await statfs(directory)
  const freeBytes = bavail * bsize
  if (neededBytes <= freeBytes) return
  const cause = `it needs ${formatBytes(neededBytes)} and the disk has ${formatBytes(freeBytes)} free`
  throw new AppError('CACHE_UNWRITABLE', { path, cause })
}
