/** Says what came of a study: failures on stderr, results or the record on stdout. */

import { AppError, type ExitCode } from '../core/errors.ts'
import { asAppError } from '../report/renderError.ts'
import { renderFailure } from '../report/renderFailure.ts'
import { type ExperimentRecord, type RunRecord, renderRunRecord } from '../report/runRecord.ts'
import { renderStudy } from '../report/studyReport.ts'
import { type ReportOptions, renderResult } from '../report/textReport.ts'
import { studyPaths } from '../store/studyDirectory.ts'
import { readSummary } from '../store/summaryFile.ts'
import { exitCodeOf } from '../study/exitCode.ts'
import { type Io, isColor, type Terminal, widthOf } from './io.ts'
import { readFailure, readOutcomes } from './readOutcomes.ts'
import type { StudyOutcome } from './studyOutcome.ts'

/** Prints a study that ended and returns its exit code. */
export async function presentOutcome(
  outcome: StudyOutcome,
  isJson: boolean,
  io: Io,
): Promise<ExitCode> {
  const record = await recordOf(outcome, verdictOf(outcome))
  await writeFailures(record.experiments, io)
  io.stdout.write(isJson ? renderRunRecord(record) : await renderOutcome(outcome, record, io))
  return record.exitCode
}

/** Prints the record of a study that could not begin or go on; the error itself is told by whoever catches it. */
export async function presentError(outcome: StudyOutcome, thrown: unknown, io: Io): Promise<void> {
  const { code, exitCode, message, hint } = asAppError(thrown)
  const verdict = { status: 'error', exitCode, error: { code, message, hint } } as const
  io.stdout.write(renderRunRecord(await recordOf(outcome, verdict)))
}

type Verdict = Pick<RunRecord, 'status' | 'exitCode' | 'error'>

async function recordOf(outcome: StudyOutcome, verdict: Verdict): Promise<RunRecord> {
  const experiments = await readOutcomes(outcome)
  return { schemaVersion: 1, ...verdict, resultsDirectory: outcome.directory, experiments }
}

function verdictOf({ ended }: StudyOutcome): Verdict {
  if (ended === null) throw new AppError('INTERNAL', { what: 'the study stopped without an end' })
  return { status: ended.status, exitCode: exitCodeOf(ended), error: null }
}

/** Failures are errors: they go to stderr, quiet or not. */
async function writeFailures(experiments: readonly ExperimentRecord[], io: Io): Promise<void> {
  for (const experiment of experiments) {
    if (experiment.status !== 'failed') continue
    const failed = await readFailure(experiment)
    io.stderr.write(renderFailure(failed, reportOptions(io.stderr, io, experiment.directory)))
  }
}

/** One experiment in full, several side by side. */
async function renderOutcome(
  { directory, experiments }: StudyOutcome,
  record: RunRecord,
  io: Io,
): Promise<string> {
  const summary =
    directory === null || experiments.length < 2 ? null : await readSummary(studyPaths(directory))
  if (directory === null || summary === null) return renderResults(record.experiments, io)
  return renderStudy(summary, reportOptions(io.stdout, io, directory))
}

function renderResults(experiments: readonly ExperimentRecord[], io: Io): string {
  return experiments
    .filter((experiment) => experiment.status === 'measured')
    .map(({ result, directory }) => renderResult(result, reportOptions(io.stdout, io, directory)))
    .join('\n')
}

function reportOptions(stream: Terminal, { env }: Io, directory: string): ReportOptions {
  return { width: widthOf(stream), isColor: isColor(stream, env), directory }
}
