/** A file of the kernel that holds one whole number, kept open: a path lookup per reading costs more than the reading. */

import { closeSync, openSync, readSync } from 'node:fs'
import { join } from 'node:path'
import { messageOf } from '../../core/errors.ts'
import { errorCodeOf } from '../../core/files.ts'

export interface SysfsNumber {
  /** Why it cannot be read at all; null when it can. */
  cause: string | null
  /** Null when there is no number in it this time. */
  read(): number | null
  close(): void
}

/** Never throws: a file that cannot be opened reads null and says why. */
export function openSysfsNumber(root: string, path: string): SysfsNumber {
  let fd: number
  try {
    fd = openSync(join(root, path), 'r')
  } catch (thrown) {
    const code = errorCodeOf(thrown)
    const isForbidden = code === 'EACCES' || code === 'EPERM'
    const cause = isForbidden ? 'no permission to read it' : messageOf(thrown)
    return { cause, read: () => null, close: () => {} }
  }
  const buffer = Buffer.alloc(32)
  return {
    cause: null,
    read() {
      try {
        const text = buffer.toString('latin1', 0, readSync(fd, buffer, 0, buffer.length, 0))
        return /^\d+\s*$/.test(text) ? Number(text) : null
      } catch {
        // A failed reading is a null reading: the sampler goes on, the accounting reports it.
        return null
      }
    },
    close: () => closeSync(fd),
  }
}
