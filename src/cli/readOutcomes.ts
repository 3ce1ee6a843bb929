/** Reads back what the experiments of a study left in their run directories. */

import type { FailedExperiment } from '../report/renderFailure.ts'
import type { ExperimentRecord } from '../report/runRecord.ts'
import { loadResult, readRun } from '../store/readStudy.ts'
import type { StudyOutcome } from './studyOutcome.ts'

/** The record of every experiment that has an outcome, results in full. */
export async function readOutcomes({ experiments }: StudyOutcome): Promise<ExperimentRecord[]> {
  const records: ExperimentRecord[] = []
  for (const { id, label, outcome } of experiments) {
    if (outcome === null) continue
    switch (outcome.status) {
      case 'measured': {
        const result = await loadResult(outcome.directory)
        records.push({ id, label, status: 'measured', directory: outcome.directory, result })
        break
      }
      case 'failed':
        records.push({ id, label, ...outcome })
        break
      case 'skipped':
        records.push({ id, label, status: 'skipped', reason: outcome.reason })
        break
    }
  }
  return records
}

/** A failure with the last lines of its log. */
export async function readFailure({
  label,
  failure,
  directory,
}: Omit<FailedExperiment, 'logTail'> & { directory: string }): Promise<FailedExperiment> {
  const state = await readRun(directory)
  return { label, failure, logTail: state.status === 'failed' ? state.failure.logTail : [] }
}
