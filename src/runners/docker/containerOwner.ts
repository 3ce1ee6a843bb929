/** The labels by which a container tells whose it is, and whether its owner is gone. */

import { readFileSync, readlinkSync } from 'node:fs'
import { hostname } from 'node:os'
import { readProcess } from '../../core/processTable.ts'

export interface Owner {
  /** Name of the machine. */
  host: string
  /** Start of the machine and namespace of process ids: within both, an id and a start time are one process. */
  scope: string
  /** Id and start time. */
  process: string
}

export const ownerLabels = {
  host: 'llem.host',
  scope: 'llem.scope',
  process: 'llem.process',
} as const

/** This process. What the system does not tell is empty, and then matches no other. */
export function ownOwner(): Owner {
  return {
    host: hostname(),
    scope: `${readText('/proc/sys/kernel/random/boot_id')} ${readLink('/proc/self/ns/pid')}`.trim(),
    process: readProcess('self')?.identity ?? String(process.pid),
  }
}

export function labelsOf({ host, scope, process }: Owner): Record<string, string> {
  return {
    [ownerLabels.host]: host,
    [ownerLabels.scope]: scope,
    [ownerLabels.process]: process,
  }
}

/**
 * Whether a container may be removed: its owner is a process we could see and do not, or the machine that started it has
 * been started anew since and the container is at rest. Never that of another machine or of a process we cannot see.
 */
export function isAbandoned(
  owner: Owner,
  {
    isRunning,
    own,
    isAlive,
  }: { isRunning: boolean; own: Owner; isAlive(process: string): boolean },
): boolean {
  if (own.scope === '' || owner.scope === '') return false
  if (owner.scope === own.scope) return !isAlive(owner.process)
  return owner.host === own.host && !isRunning
}

/** Whether the process with this id and start time still runs. */
export function isProcessAlive(identity: string): boolean {
  const [pid = ''] = identity.split('@')
  const found = readProcess(pid)
  return found !== null && found.identity === identity && found.isAlive
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim()
  } catch {
    // Outside Linux.
    return ''
  }
}

function readLink(path: string): string {
  try {
    return readlinkSync(path)
  } catch {
    // Outside Linux.
    return ''
  }
}
