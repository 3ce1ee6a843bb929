/** How far something is whose end is known, as a bar. */

import type { ProgressState, RunningExperiment } from './progressState.ts'

/** `[#####---------------]`, or nothing where the end is not known. */
export function progressBar(share: number | null, width = 20): string[] {
  if (share === null) return []
  const full = Math.floor(Math.min(1, Math.max(0, share)) * width)
  return [`[${'#'.repeat(full)}${'-'.repeat(width - full)}]`]
}

/** Of what a run waits for, a download for one, else of its requests; null while nobody knows. */
export function shareOfRun({ wait, load }: RunningExperiment): number | null {
  if (wait !== null) return shareOf(wait.done, wait.total)
  return load === null ? null : shareOf(load.requestsDone, load.requestsTotal)
}

/** Of a rest by the clock; null for one that ends with a temperature, or with the study of somebody else. */
export function shareOfRest(
  { untilMs, celsius, startedMs }: NonNullable<ProgressState['rest']>,
  nowMs: number,
): number | null {
  const isTimed = untilMs !== null && celsius === null
  return isTimed ? shareOf(nowMs - startedMs, untilMs - startedMs) : null
}

export const shareOf = (done: number, total: number | null): number | null =>
  total === null || total <= 0 ? null : done / total
