/** How many of the GPUs that runs share out a run takes, or that it takes the whole machine. Pure. */

import type { Forecast } from '../backends/backend.ts'
import type { ExperimentConfig } from '../config/experimentConfig.ts'

/** Null for the whole machine. */
export function gpuShare(
  { gpu }: Pick<ExperimentConfig, 'gpu'>,
  forecast: Forecast | null,
  deviceCount: number,
): number | null {
  const most = forecast?.gpus.most ?? null
  // Limits of boards are set on all of them.
  if (Object.values(gpu).some((limit) => limit !== undefined)) return null
  // One that computes on the processors shares them with every other; one that takes what it finds leaves nothing.
  return most === null || most === 0 || most > deviceCount ? null : most
}
