/** One line of `nvidia-smi --query-gpu=uuid,pci.bus_id,<power>,name --format=csv,noheader,nounits`. */

import type { BoardIdentity } from './findVisibleGpus.ts'

export interface SmiRow extends BoardIdentity {
  /** Null for a board that reports no power. */
  watts: number | null
}

/** Null for a line that is no row: a message, or one that was cut off. */
export function parseSmiRow(line: string): SmiRow | null {
  const match = /^(GPU-[\w-]+), ([0-9A-F:.]+), ([^,]+), (.+)$/i.exec(line.trim())
  if (match === null) return null
  const [, uuid = '', busId = '', watts = '', name = ''] = match
  const isNumber = /^\d+(\.\d+)?$/.test(watts)
  return { uuid, busId: busId.toLowerCase(), watts: isNumber ? Number(watts) : null, name }
}
