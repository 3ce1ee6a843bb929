/** The failure record of an experiment: from what the worker said, else from how it ended. */

import { basename } from 'node:path'
import type { StudySettings } from '../config/studyConfig.ts'
import { AppError } from '../core/errors.ts'
import type { Failure } from '../core/events.ts'
import { writeJson } from '../core/files.ts'
import { secondsToMs } from '../core/units.ts'
import type { JobExit } from '../runners/runner.ts'
import type { RunnerSpec } from '../store/experimentFile.ts'
import { failureFileSchema } from '../store/failureFile.ts'
import type { RunPaths } from '../store/studyDirectory.ts'
import type { WorkerWords } from './runExperiment.ts'

export interface FailureEvidence {
  id: string
  runner: RunnerSpec
  paths: RunPaths
  exit: JobExit
  words: WorkerWords
  limits: StudySettings['execution']
  endedAt: Date
}

/** Makes the record, writes it to the run directory and returns what happened. */
export async function keepFailure(evidence: FailureEvidence): Promise<Failure> {
  const { paths, exit, words } = evidence
  const failure = failureOf(evidence)
  await writeFailure(paths, { ...evidence, ...exit, ...words, failure })
  return failure
}

export interface FailureFacts {
  id: string
  runner: RunnerSpec
  failure: Failure
  endedAt: Date
  /** How the worker ended; absent when none was started. */
  code?: number | null
  signal?: string | null
  stderrTail?: string
}

export async function writeFailure(
  paths: RunPaths,
  { id, runner, failure, endedAt, code = null, signal = null, stderrTail = '' }: FailureFacts,
): Promise<void> {
  await writeJson(paths.failure, failureFileSchema, {
    schemaVersion: 1,
    id,
    ...failure,
    exitCode: code,
    signal,
    runner,
    log: basename(paths.workerLog),
    logTail: stderrTail
      .split('\n')
      .filter((line) => line.trim() !== '')
      .slice(-20),
    endedAt: endedAt.toISOString(),
  })
}

/** Limits first: a worker that was ended by one may still have said something on its way out. */
export function failureOf({
  exit,
  words,
  limits,
}: Omit<FailureEvidence, 'paths' | 'endedAt' | 'id' | 'runner'>): Failure {
  const { code, message, hint } = causeOf(exit, words, limits)
  return { code, message, hint, phase: words.phase }
}

function causeOf(
  exit: JobExit,
  { failure }: WorkerWords,
  limits: StudySettings['execution'],
): { code: string; message: string; hint: string } {
  if (exit.failure !== null) return exit.failure
  if (exit.timedOut === 'wall-clock') {
    return new AppError('WORKER_TIMED_OUT', {
      afterMs: secondsToMs(limits.experiment_timeout_seconds),
    })
  }
  if (exit.timedOut === 'silence') {
    return new AppError('WORKER_SILENT', { afterMs: secondsToMs(limits.silence_timeout_seconds) })
  }
  if (failure !== null) return failure
  if (exit.outOfMemory === true) return new AppError('WORKER_OUT_OF_MEMORY', {})
  if (exit.wasAborted) return new AppError('INTERRUPTED', { doing: 'measuring' })
  return new AppError('WORKER_CRASHED', { code: exit.code, signal: exit.signal })
}
