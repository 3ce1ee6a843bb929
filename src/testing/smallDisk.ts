/** A file system of one mebibyte, to see what happens when it is full. Needs root on Linux. */

import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmdirSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'

export interface SmallDisk {
  path: string
  bytes: number
  /** Why there is none, or null when there is. */
  missing: string | null
  /** Writes until nothing more fits. */
  fill(): void
}

/** Mounts it until the end of the test. */
export function smallDisk(t: TestContext): SmallDisk {
  const path = mkdtempSync(join(tmpdir(), 'llem-small-'))
  const bytes = 1024 ** 2
  let missing: string | null = null
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${bytes}`, 'llem-small', path], {
      stdio: 'ignore',
    })
    t.after(() => execFileSync('umount', ['-l', path]))
  } catch {
    missing = 'only root can mount one here'
  }
  t.after(() => rmdirSync(path))
  return { path, bytes, missing, fill: () => fill(path) }
}

function fill(path: string): void {
  for (let i = 0; ; i++) {
    try {
      writeFileSync(join(path, `filler-${i}`), new Uint8Array(4096))
    } catch {
      // Full, as wanted.
      return
    }
  }
}
