/** The NVIDIA devices that a CUDA program would see, by the ids under which they can be handed on, and what their driver serves. */

import type { EnergyContext } from '../energySource.ts'
import { findNvmlBoards } from './findNvmlBoards.ts'
import { findVisibleGpus } from './findVisibleGpus.ts'
import { loadNvml, successOf } from './loadNvml.ts'

export interface VisibleGpuList {
  /** UUIDs of boards, or of MIG instances where only those are visible. */
  ids: readonly string[]
  driverVersion: string | null
  /** Newest CUDA that the driver serves. */
  cudaVersion: string | null
}

const none: VisibleGpuList = { ids: [], driverVersion: null, cudaVersion: null }

/** Nothing where there is no driver, or one that does not answer. */
export async function listVisibleGpus({
  root,
  env,
}: Pick<EnergyContext, 'root' | 'env'>): Promise<VisibleGpuList> {
  const nvml = await loadNvml(root)
  if (typeof nvml === 'string' || !nvml.init().ok) return none
  try {
    const { boards } = findNvmlBoards(nvml, root)
    // Which board holds an instance does not matter here: it is handed on by its own id.
    const { gpus } = findVisibleGpus({ boards, env, migParent: () => null })
    return {
      ids: gpus
        .map(({ board, migUuid }) => migUuid ?? board?.uuid)
        .filter((id) => id !== undefined),
      driverVersion: successOf(nvml.driverVersion()),
      cudaVersion: successOf(nvml.cudaVersion()),
    }
  } finally {
    nvml.shutdown()
  }
}
