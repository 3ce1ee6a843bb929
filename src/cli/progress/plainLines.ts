/** Progress as lines for a pipe or a log file: one per phase that ended, per warning and per outcome. */

import type { StudyEvent, WorkerEvent } from '../../core/events.ts'
import { formatDuration } from '../../core/units.ts'
import { describeActivity, describeLoad, describePower, describeRest } from './describeActivity.ts'
import { describeOutcome } from './describeOutcome.ts'
import { describePrepared, describeStart } from './describePreparation.ts'
import { describeStudyWait } from './describeStudyWait.ts'
import { estimateRunRest, estimateStudyRest } from './estimateRest.ts'
import {
  noProgress,
  type Preparing,
  type ProgressState,
  type RunningExperiment,
  runOf,
} from './progressState.ts'

/** The lines that `event` is worth, given the state before it. */
export function plainLines(event: StudyEvent, before: ProgressState, nowMs: number): string[] {
  switch (event.type) {
    case 'studyStarted':
      return [
        ...(before.isTemporary ? [] : [`results in ${event.directory}`]),
        ...(event.measured > 0 ? [`${event.measured} of ${event.total} measured before`] : []),
      ]
    case 'experimentStarted':
      return [startLine(event)]
    case 'worker': {
      const run = runOf(before, event.id)
      return run === undefined ? [] : workerLines(event.event, run, before.total)
    }
    case 'experimentEnded': {
      const { id, outcome, figures, index } = event
      const tookMs = nowMs - (runOf(before, id)?.startedMs ?? nowMs)
      const { total, includesClientLimited } = before
      const told = describeOutcome(outcome, total > 1 ? figures : null, {
        tookMs,
        includesClientLimited,
      })
      return [`[${index + 1}/${total}] ${told.join(', ')}`]
    }
    case 'waiting':
      // Once per wait, not once per temperature.
      return before.rest === null ? [describeStudyWait(event, nowMs)] : []
    case 'waited':
      return []
    case 'runnersElevated':
      return [
        `${event.backends.join(', ')}: several backends in one study, so each runs in containers`,
      ]
    case 'preparing':
      return isFirst(event, before) ? [describeStart(event)] : []
    case 'prepared':
      return [describePrepared(event, before.preparation?.startedMs ?? null, nowMs)]
    case 'studyWarned':
      return [`warning: ${event.warning.message}`]
    case 'studyEnded': {
      const { measured, failed, skipped, status } = event
      if (before.total === 1 && status === 'completed') return []
      return [`${status}: ${measured} measured, ${failed} failed, ${skipped} skipped`]
    }
  }
}

/** A run that begins, and where something is known how long the study goes on. */
function startLine(event: Extract<StudyEvent, { type: 'experimentStarted' }>): string {
  const { index, total, label, rest } = event
  const state = { ...noProgress, total, estimate: rest === null ? null : { ...rest, heardMs: 0 } }
  const told = describeRest(estimateStudyRest(state, 0))
  return `[${index + 1}/${total}] ${label}${told.length === 0 ? '' : ` (${told.join(', ')})`}`
}

/** Lines to show that long phases are alive, one for each run; none between phases. */
export function heartbeatLines({ running, total }: ProgressState, nowMs: number): string[] {
  return running.flatMap((run) => {
    const phase = run.phases.find(({ durationMs }) => durationMs === null)
    if (phase === undefined) return []
    const time = `${phase.name} for ${formatDuration(nowMs - phase.startedMs)}`
    const activity = [...describeActivity(run), ...describeRest(estimateRunRest(run, nowMs))]
    return [`[${run.index + 1}/${total}] ${[time, ...activity].join(', ')}`]
  })
}

/** Once per image, not once per layer. */
function isFirst({ task, image }: Preparing, { preparation }: ProgressState): boolean {
  return preparation?.task !== task || preparation.image !== image
}

function workerLines(event: WorkerEvent, current: RunningExperiment, total: number): string[] {
  const start = `[${current.index + 1}/${total}]`
  if (event.type === 'warned') return [`${start} warning: ${event.warning.message}`]
  if (event.type !== 'phaseEnded') return []
  const time = `${event.phase} ${formatDuration(event.durationMs)}`
  const isLoad = event.phase === 'warmup' || event.phase === 'measure'
  const load = isLoad ? [...describeLoad(current), ...describePower(current)] : []
  return [`${start} ${[time, ...load].join(', ')}`]
}
