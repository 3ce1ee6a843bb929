/** What is known of a running study: a pure function of its events and of when they were heard. */

import type { StudyEvent, WorkerEvent } from '../../core/events.ts'
import type { PhaseName } from '../../core/phases.ts'
import type { Warning } from '../../core/warnings.ts'

type EventOf<T extends WorkerEvent['type']> = Extract<WorkerEvent, { type: T }>

/** Times are the host's own clock: a worker in another machine has another. */
export interface ProgressState {
  total: number
  measured: number
  failed: number
  skipped: number
  /** How long each ended experiment took, in milliseconds. */
  endedDurationsMs: readonly number[]
  current: RunningExperiment | null
  /** What the study waits for between two experiments; null when it does not. */
  rest: StudyWait | null
  /** What is done with an image before the first experiment; null when nothing is. */
  preparation: (Preparing & { startedMs: number }) | null
}

export type StudyWait = Extract<StudyEvent, { type: 'waiting' }>
export type Preparing = Extract<StudyEvent, { type: 'preparing' }>

export interface RunningExperiment {
  label: string
  /** From 0. */
  index: number
  startedMs: number
  /** In the order they began; the last one runs while its duration is null. */
  phases: readonly { name: PhaseName; startedMs: number; durationMs: number | null }[]
  /** The wait that is going on (a download, an idle window); null when none is. */
  wait: (EventOf<'progress'> & { startedMs: number; doneAtStart: number }) | null
  load: (EventOf<'load'> & { heardMs: number }) | null
  power: EventOf<'power'> | null
  warnings: readonly Warning[]
}

export const noProgress: ProgressState = {
  total: 0,
  measured: 0,
  failed: 0,
  skipped: 0,
  endedDurationsMs: [],
  current: null,
  rest: null,
  preparation: null,
}

/** The state after `event`, which was heard at `nowMs`. */
export function advance(state: ProgressState, event: StudyEvent, nowMs: number): ProgressState {
  switch (event.type) {
    case 'studyStarted':
      return { ...state, total: event.total, measured: event.measured }
    case 'experimentStarted': {
      const { label, index } = event
      const fresh = { phases: [], wait: null, load: null, power: null, warnings: [] }
      return { ...state, current: { label, index, startedMs: nowMs, ...fresh } }
    }
    case 'worker':
      if (state.current === null) return state
      return { ...state, current: advanceExperiment(state.current, event.event, nowMs) }
    case 'experimentEnded': {
      const { status } = event.outcome
      const tookMs = state.current === null ? [] : [nowMs - state.current.startedMs]
      return {
        ...state,
        [status]: state[status] + 1,
        endedDurationsMs:
          status === 'skipped' ? state.endedDurationsMs : [...state.endedDurationsMs, ...tookMs],
        current: null,
      }
    }
    case 'waiting':
      return { ...state, rest: event }
    case 'waited':
      return { ...state, rest: null }
    case 'preparing': {
      const { preparation: before } = state
      const isSame = before?.task === event.task && before.image === event.image
      return { ...state, preparation: { ...event, startedMs: isSame ? before.startedMs : nowMs } }
    }
    case 'prepared':
      return { ...state, preparation: null }
    case 'runnersElevated':
    case 'studyWarned':
      return state
    case 'studyEnded':
      return { ...state, current: null }
  }
}

function advanceExperiment(
  current: RunningExperiment,
  event: WorkerEvent,
  nowMs: number,
): RunningExperiment {
  switch (event.type) {
    case 'phaseStarted': {
      const phase = { name: event.phase, startedMs: nowMs, durationMs: null }
      return { ...current, phases: [...current.phases, phase], wait: null, load: null }
    }
    case 'phaseEnded':
      return {
        ...current,
        wait: null,
        phases: current.phases.map((phase) =>
          phase.name === event.phase ? { ...phase, durationMs: event.durationMs } : phase,
        ),
      }
    case 'progress': {
      const isSame = current.wait?.label === event.label
      const startedMs = isSame && current.wait !== null ? current.wait.startedMs : nowMs
      const doneAtStart = isSame && current.wait !== null ? current.wait.doneAtStart : event.done
      return { ...current, wait: { ...event, startedMs, doneAtStart } }
    }
    case 'load':
      return { ...current, load: { ...event, heardMs: nowMs } }
    case 'power':
      return { ...current, power: event }
    case 'warned':
      return { ...current, warnings: [...current.warnings, event.warning] }
    case 'resultWritten':
    case 'failed':
      return current
  }
}
