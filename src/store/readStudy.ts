/** The only reader of what studies leave behind. */

import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '../core/errors.ts'
import { readJson } from '../core/files.ts'
import { type FailureFile, failureFileSchema } from './failureFile.ts'
import { type Result, resultSchema } from './resultFile.ts'
import { runPaths, studyPaths } from './studyDirectory.ts'

/** What one run directory says of its experiment; `pending` when it says nothing yet. */
export type RunState =
  | { status: 'measured'; result: Result }
  | { status: 'failed'; failure: FailureFile }
  | { status: 'pending' }

/** Reads one run directory. Throws `FILE_DAMAGED` for a file that is there and cannot be read. */
export async function readRun(directory: string): Promise<RunState> {
  const paths = runPaths(directory)
  if (await exists(paths.result)) {
    return { status: 'measured', result: await readJson(paths.result, resultSchema) }
  }
  if (await exists(paths.failure)) {
    return { status: 'failed', failure: await readJson(paths.failure, failureFileSchema) }
  }
  return { status: 'pending' }
}

/**
 * The result in `directory`: a run directory, or a results directory that holds one run.
 * Throws `RESULT_NOT_FOUND` when there is none, `FILE_DAMAGED` when it cannot be read.
 */
export async function loadResult(directory: string): Promise<Result> {
  const runs = await readdir(studyPaths(directory).runs).catch(() => [])
  const only = runs.length === 1 ? runs[0] : undefined
  const state = await readRun(
    only === undefined ? directory : join(studyPaths(directory).runs, only),
  )
  if (state.status !== 'measured') throw new AppError('RESULT_NOT_FOUND', { path: directory })
  return state.result
}

function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  )
}
