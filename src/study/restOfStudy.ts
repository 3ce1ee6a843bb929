/** How long a running study will go on, judged by the runs that have ended: by those of the same experiment where there are any. */

import type { StudySettings } from '../config/studyConfig.ts'
import type { OutcomeSummary, RestEstimate } from '../core/events.ts'
import { gapBetween } from './gapBetween.ts'
import type { PlannedRun } from './plannedRun.ts'

export interface RestOfStudy {
  /** Runs begin in the order in which they were pending. From the start of this one; null until one has ended. */
  start(run: PlannedRun, startedMs: number): RestEstimate | null
  end(run: PlannedRun, ended: { endedMs: number; status: OutcomeSummary['status'] }): void
}

/** Costs the same for each run however many there are. */
export function restOfStudy(
  pending: readonly PlannedRun[],
  execution: StudySettings['execution'],
): RestOfStudy {
  const work = workLeft(pending)
  const pace = paceOfRuns()
  const gapsMs = gapsFrom(pending, execution)
  let started = 0
  return {
    start(run, startedMs) {
      const { ms, ...counts } = work.left()
      const restMs = ms === null ? null : pace.lengthOf(ms, gapsMs[started] ?? 0, startedMs)
      started++
      pace.start(run, startedMs)
      return restMs === null ? null : { restMs, ...counts }
    },
    end(run, { endedMs, status }) {
      work.end(run, { durationMs: pace.end(run, endedMs), status })
    },
  }
}

/** Time of all runs that have not ended, as if they ran one after the other. */
function workLeft(pending: readonly PlannedRun[]) {
  const left = new Map<string, number>()
  for (const { experiment } of pending) {
    left.set(experiment.configHash, (left.get(experiment.configHash) ?? 0) + 1)
  }
  const means = new Map<string, Mean>()
  const measured: Mean = { count: 0, totalMs: 0 }
  const all: Mean = { count: 0, totalMs: 0 }
  // What is left of experiments that have run, and how many runs of others there are.
  const rest = { knownMs: 0, known: 0, unknown: pending.length }
  return {
    end(
      { experiment: { configHash } }: PlannedRun,
      { durationMs, status }: { durationMs: number; status: OutcomeSummary['status'] },
    ): void {
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
    left() {
      // A failure is mostly short: it says little of runs that may go well.
      const otherMs = rest.unknown * meanOf(measured.count > 0 ? measured : all)
      return {
        ms: all.count === 0 ? null : rest.knownMs + otherMs,
        ended: all.count,
        left: rest.known + rest.unknown,
        leftOfKnown: rest.known,
      }
    },
  }
}

/** How much of the work is done at a time: 1 where one run follows the other. */
function paceOfRuns() {
  const running = new Map<PlannedRun, number>()
  let busySinceMs = 0
  const sum = { workMs: 0, busyMs: 0 }
  return {
    start(run: PlannedRun, startedMs: number): void {
      if (running.size === 0) busySinceMs = startedMs
      running.set(run, startedMs)
    },
    end(run: PlannedRun, endedMs: number): number {
      const durationMs = endedMs - (running.get(run) ?? endedMs)
      running.delete(run)
      sum.workMs += durationMs
      if (running.size === 0) sum.busyMs += endedMs - busySinceMs
      return durationMs
    },
    /** Of this much work, of which the runs that go on have done a part, and of the rests in it. */
    lengthOf(workMs: number, gapsMs: number, nowMs: number): number {
      let doneMs = 0
      for (const startedMs of running.values()) doneMs += nowMs - startedMs
      const busyMs = sum.busyMs + (running.size === 0 ? 0 : nowMs - busySinceMs)
      const pace = busyMs > 0 ? Math.max(1, (sum.workMs + doneMs) / busyMs) : 1
      return (Math.max(0, workMs - doneMs) + gapsMs) / pace
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
