/** Puts back what a process set on an NVIDIA board and left there when it was killed. */

import type { LeftLimits } from '../../core/leftLimits.ts'
import { loadNvml, type NvmlLibrary, successOf } from './loadNvml.ts'

/** What could not be put back. The board is found by its UUID, whether this process may use it or not. */
export async function putBackNvml(left: LeftLimits, root: string): Promise<string[]> {
  const nvml = await loadNvml(root)
  if (typeof nvml === 'string') return [`${left.uuid}: ${nvml}`]
  const started = nvml.init()
  if (!started.ok) return [`${left.uuid}: ${started.cause}`]
  try {
    return putBack(nvml, left)
  } finally {
    nvml.shutdown()
  }
}

function putBack(nvml: NvmlLibrary, { uuid, powerLimitW, clockMhz }: LeftLimits): string[] {
  const found = nvml.handleByUuid(uuid)
  if (!found.ok) return [`${uuid}: ${found.cause}`]
  const board = found.value
  const isStillSet =
    powerLimitW !== null && successOf(nvml.requestedPowerLimitW(board)) === powerLimitW.set
  // A limit that is another by now was set by somebody who is not gone. Of clocks the driver does not tell.
  const results = [
    ...(isStillSet ? [nvml.setPowerLimitW(board, powerLimitW.before)] : []),
    ...(clockMhz === null ? [] : [nvml.lockClockMhz(board, null)]),
  ]
  return results.flatMap((result) => (result.ok ? [] : [`${uuid}: ${result.cause}`]))
}
