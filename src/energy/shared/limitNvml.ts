/** Sets the power limit and the compute clock of NVIDIA boards, and puts back what was there. */

import type { DeviceLimits, LimitedDevices } from '../energySource.ts'
import type { NvmlBoard } from './findNvmlBoards.ts'
import { type NvmlLibrary, type NvmlResult, successOf } from './loadNvml.ts'

type Undo = () => NvmlResult<null>

/** All boards or none. The driver does not tell of clocks that somebody locked before: their lock is gone afterwards. */
export function limitNvml(
  nvml: NvmlLibrary,
  boards: readonly { id: string; board: NvmlBoard }[],
  { powerLimitW, clockMhz }: DeviceLimits,
): LimitedDevices {
  const undone: { id: string; undo: Undo }[] = []
  const restore = (): string[] =>
    undone
      .splice(0)
      .reverse()
      .flatMap(({ id, undo }) => {
        const result = undo()
        return result.ok ? [] : [`${id}: ${result.cause}`]
      })
  const refuse = (cause: string): LimitedDevices => ({
    status: 'refused',
    cause,
    left: restore(),
  })
  for (const { id, board } of boards) {
    const { handle } = board
    if (powerLimitW !== null) {
      const before = successOf(nvml.requestedPowerLimitW(handle))
      if (before === null) return refuse(`${id} does not tell its power limit`)
      const set = nvml.setPowerLimitW(handle, powerLimitW)
      if (!set.ok) return refuse(`${id} at ${powerLimitW} W: ${set.cause}`)
      undone.push({ id, undo: () => nvml.setPowerLimitW(handle, before) })
    }
    if (clockMhz !== null) {
      const set = nvml.lockClockMhz(handle, clockMhz)
      if (!set.ok) return refuse(`${id} at ${clockMhz} MHz: ${set.cause}`)
      undone.push({ id, undo: () => nvml.lockClockMhz(handle, null) })
    }
  }
  return { status: 'limited', restore }
}
