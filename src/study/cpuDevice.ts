/** The name of this machine's processors as one device. */

import { readFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { hashJson } from '../core/hash.ts'

/**
 * `cpu-` and a hash of the machine id, which is not to be shown as it is (machine-id(5)). Where there is none, as in some
 * containers, the name of the host stands for it.
 */
export function cpuDevice(root: string): string {
  return `cpu-${hashJson(['llenergymeasure', machineId(root)]).slice(0, 16)}`
}

function machineId(root: string): string {
  try {
    return readFileSync(join(root, 'etc/machine-id'), 'utf8').trim() || hostname()
  } catch {
    // Not Linux, or a container without one.
    return hostname()
  }
}
