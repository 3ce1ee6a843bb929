/** Limits of boards that a process set and cannot put back any more, as it was killed, or of which that cannot be told. */

import type { LeftLimits } from '../core/leftLimits.ts'
import { isProcessAlive, type Owner, ownOwner } from '../core/processOwner.ts'
import { readAllLimits } from '../store/limitsFile.ts'

export interface LeftBehind {
  /** Of the file that says so. */
  path: string
  /** Id of the process. */
  pid: string
  device: LeftLimits
  /**
   * `left` by a process that is gone; `unseen` when it was in another container and may run or not; `forgotten` when the
   * machine has been started anew since, and with it the driver.
   */
  state: 'left' | 'unseen' | 'forgotten'
}

export interface FoundLimits {
  /** The latest first. */
  left: LeftBehind[]
  /** Why there may be more. */
  unread: string[]
}

export async function findLeftLimits(cacheDir: string): Promise<FoundLimits> {
  const own = ownOwner()
  const { notes, unread } = await readAllLimits(cacheDir)
  const latestFirst = notes.toSorted((a, b) => b.file.atMs - a.file.atMs)
  const left = latestFirst.flatMap(({ path, file: { owner, device } }) => {
    const [pid = ''] = owner.process.split('@')
    const state = stateOf(owner, own)
    return state === null ? [] : [{ path, pid, device, state }]
  })
  return { left, unread }
}

/** Null for what is none of ours: of a process that runs, or of another machine. */
function stateOf(owner: Owner, own: Owner): LeftBehind['state'] | null {
  if (bootOf(owner) !== bootOf(own)) return owner.host === own.host ? 'forgotten' : null
  if (own.scope === '') return null
  // Ids of processes mean others there. A container bears a name of its own and the start of its machine.
  if (owner.scope !== own.scope) return 'unseen'
  return isProcessAlive(owner.process) ? null : 'left'
}

const bootOf = ({ scope }: Owner): string => scope.split(' ')[0] ?? ''
