/** Which GPUs the runs of a study share out among them, and how many of them a run takes. */

import { loadBackend } from '../backends/registry.gen.ts'
import { listVisibleGpus } from '../energy/shared/listVisibleGpus.ts'
import { gpuShare } from './gpuShare.ts'
import { parsePlanned } from './parsePlanned.ts'
import type { PlannedRun } from './plannedRun.ts'
import type { SessionOptions } from './runSession.ts'

export interface SharedGpus {
  /** UUIDs; empty when every run has the machine to itself. */
  ids: readonly string[]
  /** How many of them a run takes; null for one that has the machine to itself. */
  countOf(run: PlannedRun): Promise<number | null>
}

/** Where `execution.parallel` asks for it and there are several whole boards: the sensor of one covers all of its instances. */
export async function shareGpus(
  options: Pick<SessionOptions, 'plan' | 'env' | 'parser' | 'listGpus'>,
): Promise<SharedGpus> {
  const { plan, env, listGpus = listVisibleGpus } = options
  const isAsked = plan.settings.execution.parallel === 'auto'
  const found = isAsked ? (await listGpus({ root: '/', env })).ids : []
  const isShared = found.length > 1 && found.every((id) => id.startsWith('GPU-'))
  const ids = isShared ? found : []
  return {
    ids,
    async countOf(run) {
      if (ids.length === 0) return null
      const { config, backendOptions } = parsePlanned(run, options)
      const backend = await loadBackend(config.backend)
      return gpuShare(config, backend?.forecast?.(config, backendOptions, null) ?? null, ids.length)
    },
  }
}
