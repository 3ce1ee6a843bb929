/** How long a running study will go on, judged by the runs that have ended: by those of the same experiment where there are any. */

import type { StudySettings } from '../config/studyConfig.ts'
import type { OutcomeSummary, RestEstimate } from '../core/events.ts'
import { gapBetween } from './gapBetween.ts'
import type { PlannedRun } from './plannedRun.ts'

export interface RestOfStudy {
  /** Runs end in the order in which they were pending. */
  end(run: PlannedRun, ended: { durationMs: number; status: OutcomeSummary['status'] }): void
  /** From the start of the next run; null until one has ended. */
  estimate(): RestEstimate | null
}

/** Costs the same for each run however many there are. */
export function restOfStudy(
  pending: readonly PlannedRun[],
  execution: StudySettings['execution'],
): RestOfStudy {
  const left = new Map<string, number>()
  for (const { experiment } of pending) {
    left.set(experiment.configHash, (left.get(experiment.configHash) ?? 0) + 1)
  }
  const means = new Map<string, Mean>()
  const measured: Mean = { count: 0, totalMs: 0 }
  const all: Mean = { count: 0, totalMs: 0 }
  const gapsMs = gapsFrom(pending, execution)
  // What is left of experiments that have run, and how many runs of others there are.
  const rest = { knownMs: 0, known: 0, unknown: pending.length }
  return {
    end({ experiment: { configHash } }, { durationMs, status }) {
      const count = left.get(configHash) ?? 0
      const before = means.get(configHash)
      const after = added(before, durationMs)
      rest.knownMs +=
        (count - 1) * meanOf(after) - (before === undefined ? 0 : count * meanOf(before))
      if (before === undefined) rest.unknown -= count
      rest.known += before === undefined ? count - 1 : -1
      means.set(configHash, after)
      left.set(configHash, count - 1)
      Object.assign(all, added(all, durationMs))
      if (status === 'measured') Object.assign(measured, added(measured, durationMs))
    },
    estimate() {
      if (all.count === 0) return null
      // A failure is mostly short: it says little of runs that may go well.
      const otherMs = rest.unknown * meanOf(measured.count > 0 ? measured : all)
      return {
        restMs: rest.knownMs + otherMs + (gapsMs[all.count] ?? 0),
        ended: all.count,
        left: rest.known + rest.unknown,
        leftOfKnown: rest.known,
      }
    },
  }
}

interface Mean {
  count: number
  totalMs: number
}

const added = (mean: Mean | undefined, ms: number): Mean => ({
  count: (mean?.count ?? 0) + 1,
  totalMs: (mean?.totalMs ?? 0) + ms,
})

const meanOf = ({ count, totalMs }: Mean): number => totalMs / count

/** The rests behind each run, from it to the end. */
function gapsFrom(
  pending: readonly PlannedRun[],
  execution: StudySettings['execution'],
): Float64Array {
  const gapsMs = new Float64Array(pending.length)
  for (let index = pending.length - 2; index >= 0; index--) {
    const [run, next] = [pending[index], pending[index + 1]]
    const gap = run === undefined || next === undefined ? null : gapBetween(run, next, execution)
    gapsMs[index] = (gapsMs[index + 1] ?? 0) + (gap?.durationMs ?? 0)
  }
  return gapsMs
}
