/** Says what came of a study: failures on stderr, results or the record on stdout. */

import { AppError, type ExitCode } from '../core/errors.ts'
import { encodeLine } from '../core/ndjson.ts'
import type { CompareOptions } from '../report/compareRuns.ts'
import { asAppError } from '../report/renderError.ts'
import { renderFailure } from '../report/renderFailure.ts'
import { type ExperimentRecord, type RunRecord, renderRunRecord } from '../report/runRecord.ts'
import { renderStudy } from '../report/studyReport.ts'
import { type ReportOptions, renderResult } from '../report/textReport.ts'
import { studyPaths } from '../store/studyDirectory.ts'
import { readSummary } from '../store/summaryFile.ts'
import { exitCodeOf } from '../study/exitCode.ts'
import { addEarlier } from './addEarlier.ts'
import { type Io, isColor, type Terminal, widthOf } from './io.ts'
import { readFailure, readOutcomes } from './readOutcomes.ts'
import { readWarningKinds } from './readWarningKinds.ts'
import type { Stdout } from './stdoutOf.ts'
import type { StudyOutcome } from './studyOutcome.ts'

/** Prints a study that ended and returns its exit code. */
export async function presentOutcome(
  outcome: StudyOutcome,
  { stdout, includesClientLimited }: { stdout: Stdout; includesClientLimited: boolean },
  io: Io,
): Promise<ExitCode> {
  const verdict = verdictOf(outcome)
  await writeFailures(outcome, io)
  if (stdout === 'record') io.stdout.write(renderRunRecord(await recordOf(outcome, verdict)))
  else if (stdout === 'text')
    io.stdout.write(await renderText(outcome, { includesClientLimited }, io))
  return verdict.exitCode
}

/** Tells machines of a study that could not begin or go on; people are told by whoever catches the error. */
export async function presentError(
  outcome: StudyOutcome,
  thrown: unknown,
  stdout: Exclude<Stdout, 'text'>,
  io: Io,
): Promise<void> {
  const { code, exitCode, message, hint } = asAppError(thrown)
  if (stdout === 'events') {
    io.stdout.write(encodeLine({ type: 'error', exitCode, code, message, hint }))
    return
  }
  const verdict = { status: 'error', exitCode, error: { code, message, hint } } as const
  io.stdout.write(renderRunRecord(await recordOf(outcome, verdict)))
}

type Verdict = Pick<RunRecord, 'status' | 'exitCode' | 'error'>

async function recordOf(outcome: StudyOutcome, verdict: Verdict): Promise<RunRecord> {
  const experiments = await readOutcomes(await addEarlier(outcome))
  return { schemaVersion: 1, ...verdict, resultsDirectory: outcome.directory, experiments }
}

function verdictOf({ ended }: StudyOutcome): Verdict {
  if (ended === null) throw new AppError('INTERNAL', { what: 'the study stopped without an end' })
  return { status: ended.status, exitCode: exitCodeOf(ended), error: null }
}

/** Failures are errors: they go to stderr, quiet or not. */
async function writeFailures({ experiments }: StudyOutcome, io: Io): Promise<void> {
  for (const { label, outcome } of experiments) {
    if (outcome?.status !== 'failed') continue
    const failed = await readFailure({ label, ...outcome })
    io.stderr.write(renderFailure(failed, reportOptions(io.stderr, io, outcome.directory)))
  }
}

/** A study of one run in full, several runs side by side, with those of earlier sessions. */
async function renderText(outcome: StudyOutcome, options: CompareOptions, io: Io): Promise<string> {
  const { directory } = outcome
  const summary = directory === null ? null : await readSummary(studyPaths(directory))
  if (directory === null || summary === null || summary.total < 2) {
    return renderResults(await readOutcomes(outcome), io)
  }
  const warnings = await readWarningKinds(summary.rows, studyPaths(directory))
  return renderStudy(summary, { ...reportOptions(io.stdout, io, directory), ...options, warnings })
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
