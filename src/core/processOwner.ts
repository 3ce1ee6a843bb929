/** Whose something is that may outlive its process: who made it, in words that say later whether that process is still there. */

import { readFileSync, readlinkSync } from 'node:fs'
import { hostname } from 'node:os'
import { z } from 'zod'
import { readProcess } from './processTable.ts'

export const ownerSchema = z.strictObject({
  host: z.string().describe('name of the machine'),
  scope: z
    .string()
    .describe(
      'start of the machine and namespace of process ids: within both, an id and a start time are one process',
    ),
  process: z.string().describe('id and start time'),
})
export type Owner = z.infer<typeof ownerSchema>

/** This process. What the system does not tell is empty, and then matches no other. */
export function ownOwner(): Owner {
  return {
    host: hostname(),
    scope: `${readText('/proc/sys/kernel/random/boot_id')} ${readLink('/proc/self/ns/pid')}`.trim(),
    process: readProcess('self')?.identity ?? String(process.pid),
  }
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
