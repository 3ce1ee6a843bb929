/** What came of a study: a pure function of its events, for the summary, the record and the exit code. */

import type { OutcomeCounts, OutcomeSummary, StudyEvent, StudyStatus } from '../core/events.ts'

export interface StudyOutcome {
  /** Null until the study has begun. */
  directory: string | null
  /** Null until the study has ended. */
  ended: ({ status: StudyStatus } & OutcomeCounts) | null
  experiments: readonly { id: string; label: string; outcome: OutcomeSummary | null }[]
}

export const noOutcome: StudyOutcome = { directory: null, ended: null, experiments: [] }

/** The outcome after `event`. */
export function addEvent(outcome: StudyOutcome, event: StudyEvent): StudyOutcome {
  switch (event.type) {
    case 'studyStarted':
      return { ...outcome, directory: event.directory }
    case 'experimentStarted': {
      const { id, label } = event
      return { ...outcome, experiments: [...outcome.experiments, { id, label, outcome: null }] }
    }
    case 'worker':
    case 'waiting':
    case 'waited':
    case 'studyWarned':
    case 'runnersElevated':
    case 'preparing':
    case 'prepared':
      return outcome
    case 'experimentEnded':
      return {
        ...outcome,
        experiments: outcome.experiments.map((experiment) =>
          experiment.id === event.id ? { ...experiment, outcome: event.outcome } : experiment,
        ),
      }
    case 'studyEnded': {
      const { status, measured, failed, skipped } = event
      return { ...outcome, ended: { status, measured, failed, skipped } }
    }
  }
}
