/** Puts back what a process set on an NVIDIA board and left there when it was killed. */

import type { LeftLimits } from '../../core/leftLimits.ts'
import type { PutBack } from '../energySource.ts'
import { loadNvml, type NvmlHandle, type NvmlLibrary, type NvmlResult } from './loadNvml.ts'

/** The board is found by its UUID, whether this process may use it or not. */
export async function putBackNvml(left: LeftLimits, root: string): Promise<PutBack> {
  const nvml = await loadNvml(root)
  if (typeof nvml === 'string') return { done: null, causes: [`${left.uuid}: ${nvml}`] }
  const started = nvml.init()
  if (!started.ok) return { done: null, causes: [`${left.uuid}: ${started.cause}`] }
  try {
    return putBack(nvml, left)
  } finally {
    nvml.shutdown()
  }
}

function putBack(nvml: NvmlLibrary, left: LeftLimits): PutBack {
  const { uuid, powerLimitW, clockMhz } = left
  const found = nvml.handleByUuid(uuid)
  if (!found.ok) return { done: null, causes: [`${uuid}: ${found.cause}`] }
  const board = found.value
  const power = powerLimitW === null ? null : putBackPower(nvml, board, powerLimitW)
  const clock = clockMhz === null ? null : nvml.lockClockMhz(board, null)
  const done = {
    ...left,
    powerLimitW: power?.ok ? powerLimitW : null,
    clockMhz: clock?.ok ? clockMhz : null,
  }
  const isAny = done.powerLimitW !== null || done.clockMhz !== null
  const causes = [power, clock].flatMap((result) =>
    result === null || result.ok ? [] : [`${uuid}: ${result.cause}`],
  )
  return { done: isAny ? done : null, causes }
}

/** Null where the limit is another by now: somebody has set it who is not gone. Of clocks the driver does not tell. */
function putBackPower(
  nvml: NvmlLibrary,
  board: NvmlHandle,
  { set, before }: NonNullable<LeftLimits['powerLimitW']>,
): NvmlResult<unknown> | null {
  const now = nvml.requestedPowerLimitW(board)
  if (!now.ok) return now
  return now.value === set ? nvml.setPowerLimitW(board, before) : null
}
