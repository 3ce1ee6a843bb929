/** Prepares the load of one NVIDIA board and the reading of that board alone, unless the board is not ours to load. */

import type { Clock } from '../../core/clock.ts'
import type { SwitchedLoad } from '../energySource.ts'
import type { NvmlBoard } from './findNvmlBoards.ts'
import { type NvmlLibrary, successOf } from './loadNvml.ts'
import { nvmlSensorReader } from './nvmlReader.ts'
import type { NvmlSensor } from './nvmlSensors.ts'

interface NvmlLoadOptions {
  nvml: NvmlLibrary
  board: NvmlBoard
  sensors: readonly NvmlSensor[]
  root: string
  clock: Clock
}

/** A string says why the board cannot be loaded. */
export async function openNvmlLoad(options: NvmlLoadOptions): Promise<SwitchedLoad | string> {
  const { nvml, board, sensors, root, clock } = options
  const own = sensors.filter(({ gpu }) => gpu.board === board)
  if (own.every(({ energy, power }) => energy === null && power === null)) {
    return 'its driver gives neither energy nor power; llem doctor says why'
  }
  const read = nvmlSensorReader(nvml, own, clock.nowMs)
  const refusal = refusalOf(nvml, board)
  if (refusal !== null) return refusal
  // Not with the source: threads are slow to load, and only a calibration wants one.
  const { startCudaLoad } = await import('./startCudaLoad.ts')
  return startCudaLoad({ root, busId: board.busId, clock, read })
}

/** What would make a wave of other loads than ours. */
function refusalOf(nvml: NvmlLibrary, { handle, uuid }: NvmlBoard): string | null {
  if (successOf(nvml.isPartitioned(handle)) === true) {
    return `it is cut into MIG instances, and a load reaches one of them only; sudo nvidia-smi -i ${uuid} -mig 0 makes it whole`
  }
  const users = successOf(nvml.processes(handle)) ?? []
  if (users.length === 0) return null
  const pids = users.map(({ pid }) => pid).join(', ')
  return `other programs are on it (${pids}); stop them, or leave it out with CUDA_VISIBLE_DEVICES`
}
