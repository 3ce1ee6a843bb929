/** How much longer it will take, and what makes us think so. No basis, no estimate. */

import type { RestEstimate } from '../../core/events.ts'
import type { ProgressState, RunningExperiment } from './progressState.ts'

export interface Rest {
  restMs: number
  /** What the estimate rests on, for the reader to weigh. */
  basis: string
}

/** The rest of the study; null until a run has ended, and for a study of one. */
export function estimateStudyRest({ estimate, total }: ProgressState, nowMs: number): Rest | null {
  if (estimate === null || total < 2) return null
  const { restMs, heardMs } = estimate
  return { restMs: Math.max(0, restMs - (nowMs - heardMs)), basis: basisOf(estimate) }
}

/** The rest of what a run does just now: of its measured requests, or of what it waits for. */
export function estimateRunRest(current: RunningExperiment, nowMs: number): Rest | null {
  return restOfLoad(current, nowMs) ?? restOfWait(current, nowMs)
}

function basisOf({ ended, left, leftOfKnown }: RestEstimate): string {
  const runs = ended === 1 ? 'the first run' : `${ended} runs`
  if (leftOfKnown === 0) return runs
  if (leftOfKnown === left) return `${runs} of the same experiments`
  return `${runs}, ${leftOfKnown} of ${left} by the same experiment`
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
