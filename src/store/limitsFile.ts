/** `gpu-limits/` in the cache: a file for each board and each time that a process limits it, there before it is set and gone when it is put back. */

import { randomUUID } from 'node:crypto'
import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { AppError, messageOf } from '../core/errors.ts'
import { errorCodeOf, readJson, writeJson } from '../core/files.ts'
import { leftLimitsSchema } from '../core/leftLimits.ts'
import { makeDirectory } from '../core/makeDirectory.ts'
import { ownerSchema } from '../core/processOwner.ts'

const limitsFileSchema = z.strictObject({
  schemaVersion: z.literal(1),
  owner: ownerSchema,
  atMs: z.number().describe('CLOCK_MONOTONIC, milliseconds: one start of the machine has one'),
  device: leftLimitsSchema,
})
export type LimitsFile = z.infer<typeof limitsFileSchema>

export interface NotedLimits {
  notes: { path: string; file: LimitsFile }[]
  /** Why there may be more. */
  unread: string[]
}

/** Throws `CACHE_UNWRITABLE`. */
export async function writeLimits(cacheDir: string, file: LimitsFile): Promise<string> {
  const directory = directoryIn(cacheDir)
  // What the same process could not put back before is in a file of its own, and stays there.
  const path = join(directory, `${file.owner.process}.${randomUUID()}.json`)
  try {
    await makeDirectory(directory)
    await writeJson(path, limitsFileSchema, file)
  } catch (cause) {
    throw new AppError('CACHE_UNWRITABLE', { path, cause: messageOf(cause) }, { cause })
  }
  return path
}

/** Of all processes. */
export async function readAllLimits(cacheDir: string): Promise<NotedLimits> {
  const directory = directoryIn(cacheDir)
  const unread: string[] = []
  const asUnread = (thrown: unknown): null => {
    // Put back meanwhile; or nobody has ever limited a board.
    if (errorCodeOf(thrown) === 'ENOENT') return null
    if (!(thrown instanceof AppError) && errorCodeOf(thrown) === null) throw thrown
    unread.push(messageOf(thrown))
    return null
  }
  const names = (await readdir(directory).catch(asUnread)) ?? []
  const found = await Promise.all(
    names
      .filter((name) => name.endsWith('.json'))
      .map(async (name) => {
        const path = join(directory, name)
        const file = await readJson(path, limitsFileSchema).catch(asUnread)
        return file === null ? [] : [{ path, file }]
      }),
  )
  return { notes: found.flat(), unread }
}

/** Returns why it is still there: it may be in a directory of root. */
export async function removeLimits(path: string): Promise<string[]> {
  try {
    await rm(path, { force: true })
    return []
  } catch (thrown) {
    if (errorCodeOf(thrown) === null) throw thrown
    return [`a note of limits that are gone cannot be removed: ${messageOf(thrown)}`]
  }
}

const directoryIn = (cacheDir: string): string => join(cacheDir, 'gpu-limits')
