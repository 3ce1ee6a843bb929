/** Progress as lines for a pipe or a log file: one per phase that ended, per warning and per outcome. */

import type { StudyEvent, WorkerEvent } from '../../core/events.ts'
import { formatDuration } from '../../core/units.ts'
import { describeActivity, describeLoad, describePower, describeRest } from './describeActivity.ts'
import { describePrepared, describeStart } from './describePreparation.ts'
import { describeStudyWait } from './describeStudyWait.ts'
import type { Preparing, ProgressState, RunningExperiment } from './progressState.ts'

/** The lines that `event` is worth, given the state before it. */
export function plainLines(event: StudyEvent, before: ProgressState, nowMs: number): string[] {
  switch (event.type) {
    case 'studyStarted':
      return [
        `results in ${event.directory}`,
        ...(event.measured > 0 ? [`${event.measured} of ${event.total} measured before`] : []),
      ]
    case 'experimentStarted':
      return [`[${event.index + 1}/${event.total}] ${event.label}`]
    case 'worker':
      return before.current === null ? [] : workerLines(event.event, before.current, before.total)
    case 'experimentEnded': {
      const { outcome, index } = event
      const start = `[${index + 1}/${before.total}]`
      const tookMs = before.current === null ? 0 : nowMs - before.current.startedMs
      if (outcome.status === 'skipped') return [`${start} skipped: ${outcome.reason}`]
      if (outcome.status === 'measured') return [`${start} measured in ${formatDuration(tookMs)}`]
      const { phase, message } = outcome.failure
      return [`${start} failed${phase === null ? '' : ` in phase ${phase}`}: ${message}`]
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

/** One line to show that a long phase is alive; null between phases. */
export function heartbeatLine(state: ProgressState, nowMs: number): string | null {
  const running = state.current?.phases.find(({ durationMs }) => durationMs === null)
  if (running === undefined || state.current === null) return null
  const time = `${running.name} for ${formatDuration(nowMs - running.startedMs)}`
  const start = `[${state.current.index + 1}/${state.total}]`
  const activity = [...describeActivity(state.current), ...describeRest(state, nowMs)]
  return `${start} ${[time, ...activity].join(', ')}`
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
