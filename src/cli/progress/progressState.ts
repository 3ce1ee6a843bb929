/** What is known of a running study: a pure function of its events and of when they were heard. */

import type {
  OutcomeSummary,
  RestEstimate,
  RunFigures,
  StudyEvent,
  WorkerEvent,
} from '../../core/events.ts'
import type { PhaseName } from '../../core/phases.ts'
import type { Warning } from '../../core/warnings.ts'

type EventOf<T extends WorkerEvent['type']> = Extract<WorkerEvent, { type: T }>

/** Times are the host's own clock: a worker in another machine has another. */
export interface ProgressState {
  total: number
  measured: number
  failed: number
  skipped: number
  /** When the study was first heard of; null before. */
  startedMs: number | null
  /** The last runs that ended, the newest last. */
  recent: readonly EndedRun[]
  energy: EnergySoFar
  /** How long the study goes on, and when that was told; null while there is nothing to judge by. */
  estimate: (RestEstimate & { heardMs: number }) | null
  /** What runs now, in the order in which it began. */
  running: readonly RunningExperiment[]
  /** What the study waits for between two experiments; null when it does not. */
  rest: (StudyWait & { startedMs: number }) | null
  /** What is done with an image before the first experiment; null when nothing is. */
  preparation: (Preparing & { startedMs: number }) | null
  /** Figures of a load client at its limit are shown too. */
  includesClientLimited: boolean
  /** Results go when the command ends. */
  isTemporary: boolean
}

export type StudyWait = Extract<StudyEvent, { type: 'waiting' }>
export type Preparing = Extract<StudyEvent, { type: 'preparing' }>

export interface EndedRun {
  label: string
  /** From 0. */
  index: number
  tookMs: number
  outcome: OutcomeSummary
  figures: RunFigures | null
}

/** Joules in the measured windows of this session, by what they come from: the three are never added up. */
export interface EnergySoFar {
  measuredJ: number
  estimatedJ: number
  /** From no sensor of this machine. */
  syntheticJ: number
  /** Measured runs whose energy is not known. */
  unknown: number
}

export interface RunningExperiment {
  id: string
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
  startedMs: null,
  recent: [],
  energy: { measuredJ: 0, estimatedJ: 0, syntheticJ: 0, unknown: 0 },
  estimate: null,
  running: [],
  rest: null,
  preparation: null,
  includesClientLimited: false,
  isTemporary: false,
}

/** The state after `event`, which was heard at `nowMs`. */
export function advance(state: ProgressState, event: StudyEvent, nowMs: number): ProgressState {
  switch (event.type) {
    case 'studyStarted':
      return { ...state, total: event.total, measured: event.measured, startedMs: nowMs }
    case 'experimentStarted': {
      const { id, label, index, rest } = event
      const estimate = rest === null ? null : { ...rest, heardMs: nowMs }
      const fresh = { phases: [], wait: null, load: null, power: null, warnings: [] }
      const begun = { id, label, index, startedMs: nowMs, ...fresh }
      return { ...state, estimate, running: [...state.running, begun] }
    }
    case 'worker':
      return {
        ...state,
        running: state.running.map((run) =>
          run.id === event.id ? advanceExperiment(run, event.event, nowMs) : run,
        ),
      }
    case 'experimentEnded':
      return endRun(state, event, nowMs)
    case 'waiting':
      return { ...state, rest: { ...event, startedMs: state.rest?.startedMs ?? nowMs } }
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
      return { ...state, running: [] }
  }
}

/** The run that an event is about; undefined before it has begun. */
export function runOf({ running }: ProgressState, id: string): RunningExperiment | undefined {
  return running.find((run) => run.id === id)
}

/** More than a terminal has rows for. */
const keptRuns = 50

function endRun(
  state: ProgressState,
  { id, index, outcome, figures }: Extract<StudyEvent, { type: 'experimentEnded' }>,
  nowMs: number,
): ProgressState {
  const { status } = outcome
  const { label, startedMs } = runOf(state, id) ?? { label: '', startedMs: nowMs }
  const ended = { label, index, tookMs: nowMs - startedMs, outcome, figures }
  return {
    ...state,
    [status]: state[status] + 1,
    recent: [...state.recent, ended].slice(-keptRuns),
    energy: figures === null ? state.energy : addEnergy(state.energy, figures),
    running: state.running.filter((run) => run.id !== id),
  }
}

function addEnergy(energy: EnergySoFar, { energyJ, isEstimate, isSynthetic }: RunFigures) {
  if (energyJ === null) return { ...energy, unknown: energy.unknown + 1 }
  if (isSynthetic) return { ...energy, syntheticJ: energy.syntheticJ + energyJ }
  if (isEstimate) return { ...energy, estimatedJ: energy.estimatedJ + energyJ }
  return { ...energy, measuredJ: energy.measuredJ + energyJ }
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
