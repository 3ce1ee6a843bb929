/** How much longer it will take, and what makes us think so. No basis, no estimate. */

import type { ProgressState, RunningExperiment } from './progressState.ts'

export interface Rest {
  restMs: number
  /** What the estimate rests on, for the reader to weigh. */
  basis: string
}

/** The rest of the study when ended experiments tell how long one takes, else the rest of what is being waited for. */
export function estimateRest(state: ProgressState, nowMs: number): Rest | null {
  const { current } = state
  if (current === null) return null
  return (
    restOfStudy(state, current, nowMs) ?? restOfLoad(current, nowMs) ?? restOfWait(current, nowMs)
  )
}

function restOfStudy(
  { total, measured, failed, skipped, endedDurationsMs }: ProgressState,
  current: RunningExperiment,
  nowMs: number,
): Rest | null {
  const count = endedDurationsMs.length
  const leftCount = total - measured - failed - skipped - 1
  if (count === 0 || leftCount <= 0) return null
  const meanMs = endedDurationsMs.reduce((sum, ms) => sum + ms, 0) / count
  const restOfCurrentMs = Math.max(0, meanMs - (nowMs - current.startedMs))
  const restMs = restOfCurrentMs + meanMs * leftCount
  return { restMs, basis: count === 1 ? 'the first experiment' : `${count} experiments` }
}

function restOfLoad({ phases, load }: RunningExperiment, nowMs: number): Rest | null {
  const phase = phases.at(-1)
  if (load === null || phase?.name !== 'measure' || phase.durationMs !== null) return null
  const { requestsDone, requestsTotal } = load
  if (requestsTotal === null || requestsDone === 0) return null
  // The requests in flight have used part of their time: that since the last one ended.
  const msPerRequest = (load.heardMs - phase.startedMs) / requestsDone
  const restMs = msPerRequest * (requestsTotal - requestsDone) - (nowMs - load.heardMs)
  return {
    restMs: Math.max(0, restMs),
    basis: requestsDone === 1 ? 'the first request' : `${requestsDone} requests`,
  }
}

function restOfWait({ wait }: RunningExperiment, nowMs: number): Rest | null {
  if (wait === null || wait.total === null) return null
  const left = Math.max(0, wait.total - wait.done)
  if (wait.unit === 'ms') return { restMs: left, basis: 'the plan' }
  const gained = wait.done - wait.doneAtStart
  if (gained <= 0) return null
  return { restMs: (left * (nowMs - wait.startedMs)) / gained, basis: 'the rate so far' }
}
