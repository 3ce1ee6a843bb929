/** Limits of boards that a process set and cannot put back any more: it was killed. */

import type { LeftLimits } from '../core/leftLimits.ts'
import { isProcessAlive, type Owner, ownOwner } from '../core/processOwner.ts'
import { readAllLimits } from '../store/limitsFile.ts'

export interface LeftBehind {
  /** Of the file that says so. */
  path: string
  /** Id of the process. */
  pid: string
  device: LeftLimits
  /** False when the machine has been started anew since, and with it the driver, which forgets limits. */
  isInForce: boolean
}

export interface FoundLimits {
  /** The latest first. */
  left: LeftBehind[]
  /** Why there may be more. */
  unread: string[]
}

/** What other machines have set, and processes that cannot be seen from here, is none of ours. */
export async function findLeftLimits(cacheDir: string): Promise<FoundLimits> {
  const own = ownOwner()
  const { notes, unread } = await readAllLimits(cacheDir)
  const latestFirst = notes.toSorted((a, b) => b.file.atMs - a.file.atMs)
  const left = latestFirst.flatMap(({ path, file: { owner, device } }) => {
    const [pid = ''] = owner.process.split('@')
    const isHere = own.scope !== '' && owner.scope === own.scope
    if (isHere && isProcessAlive(owner.process)) return []
    const isBefore = owner.host === own.host && bootOf(owner) !== bootOf(own)
    return isHere || isBefore ? [{ path, pid, device, isInForce: isHere }] : []
  })
  return { left, unread }
}

const bootOf = ({ scope }: Owner): string => scope.split(' ')[0] ?? ''
