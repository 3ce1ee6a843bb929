/** The hardware monitoring chips of a machine, and the files of their attributes. */

import { join } from 'node:path'
import type { Sysfs } from './sysfs.ts'

export interface HwmonChip {
  /** `power_meter`, `xe`, `ina3221`, `nvme`, ... */
  name: string
  /** Folder of the chip, below the root. */
  path: string
  /** Path of an attribute: in the chip's own folder, or in that of its device, where older drivers put it; null when in neither. */
  attribute(name: string): string | null
  /** Names of all attributes in either folder. */
  attributes: readonly string[]
}

export function findHwmonChips(sysfs: Sysfs): HwmonChip[] {
  const folder = 'sys/class/hwmon'
  return sysfs
    .list(folder)
    .filter((name) => name.startsWith('hwmon'))
    .map((name) => {
      const path = join(folder, name)
      const own = sysfs.list(path)
      const ofDevice = sysfs.list(join(path, 'device'))
      const attribute = (wanted: string): string | null => {
        if (own.includes(wanted)) return join(path, wanted)
        return ofDevice.includes(wanted) ? join(path, 'device', wanted) : null
      }
      const namePath = attribute('name')
      return {
        name: (namePath === null ? null : sysfs.text(namePath)) ?? '',
        path,
        attribute,
        attributes: [...new Set([...own, ...ofDevice])],
      }
    })
}
