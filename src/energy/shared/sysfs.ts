/** Small questions to the kernel's file system; what is not there, or not for us to read, is null or empty. */

import { readdirSync, readFileSync, realpathSync } from 'node:fs'
import { basename, join } from 'node:path'
import { naturalOrder } from '../../core/naturalOrder.ts'

export interface Sysfs {
  /** Names in a folder, in natural order. */
  list(path: string): string[]
  /** Trimmed text of a file. */
  text(path: string): string | null
  /** A whole number in a file, decimal or 0x. */
  number(path: string): number | null
  bytes(path: string): Buffer | null
  /** PCI address of a device folder, `0000:03:00.0`. */
  pciAddress(devicePath: string): string | null
}

export function openSysfs(root: string): Sysfs {
  const text = (path: string): string | null =>
    attempt(() => readFileSync(join(root, path), 'utf8').trim())
  return {
    list: (path) => (attempt(() => readdirSync(join(root, path))) ?? []).sort(naturalOrder),
    text,
    number(path) {
      const found = text(path) ?? ''
      return /^(\d+|0x[0-9a-f]+)$/i.test(found) ? Number(found) : null
    },
    bytes: (path) => attempt(() => readFileSync(join(root, path))),
    pciAddress(devicePath) {
      const stated = /^PCI_SLOT_NAME=(\S+)$/m.exec(text(join(devicePath, 'uevent')) ?? '')?.[1]
      const folder = attempt(() => basename(realpathSync(join(root, devicePath)))) ?? ''
      return stated ?? (/^[0-9a-f]{4,}:[0-9a-f]{2}:[0-9a-f]{2}\.\d$/.test(folder) ? folder : null)
    },
  }
}

/** Where there is no /sys at all, no sensor can be found: this is a container that was started without it. */
export function explainMissingSysfs({ list }: Sysfs): { reason: string; fix: string } | null {
  if (list('sys').length > 0) return null
  return {
    reason: 'there is no /sys here, where the kernel shows its sensors',
    fix: 'Start the container with -v /sys:/sys:ro --security-opt systempaths=unconfined',
  }
}

function attempt<T>(read: () => T): T | null {
  try {
    return read()
  } catch {
    // Not there, a dangling link, or not for us to read: all mean that it is not known.
    return null
  }
}
