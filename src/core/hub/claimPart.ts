/** The unfinished file of a download: one writer at a time, and what an earlier one left is taken over. */

import { readdir, rename } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { isAbandoned } from '../abandoned.ts'
import type { WorkerContext } from '../context.ts'
import { hashJson } from '../hash.ts'

interface Claim {
  target: string
  /** A part of another version of the file is of no use. */
  etag: string
  /** Unique to this download. */
  owner: string
  ctx: Pick<WorkerContext, 'clock'>
}

export interface Part {
  path: string
  /** Leaves it for the next download of the same file. */
  release(): Promise<void>
}

export async function claimPart({ target, etag, owner, ctx }: Claim): Promise<Part> {
  const directory = dirname(target)
  const prefix = `${basename(target)}.${hashJson(etag).slice(0, 12)}.`
  const path = join(directory, `${prefix}${owner}.part`)
  const released = join(directory, `${prefix}free.part`)
  for (const name of await readdir(directory)) {
    if (!name.startsWith(prefix) || !name.endsWith('.part')) continue
    const found = join(directory, name)
    if (found !== released && !(await isAbandoned(found, ctx))) continue
    // Of two downloads that want it, the one whose rename comes first has it.
    const isOurs = await rename(found, path).then(
      () => true,
      () => false,
    )
    if (isOurs) break
  }
  return { path, release: () => rename(path, released) }
}
