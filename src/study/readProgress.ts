/** What a study's directory already holds: the outcomes that stand, and the runs that are still to do. */

import { readdir, rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { AppError } from '../core/errors.ts'
import { errorCodeOf } from '../core/files.ts'
import { settleBeside } from '../store/besideFile.ts'
import type { StudyPlan } from '../store/planFile.ts'
import { readRun } from '../store/readStudy.ts'
import { runPaths, type StudyPaths } from '../store/studyDirectory.ts'
import { readSummary } from '../store/summaryFile.ts'
import type { SummaryRow } from '../store/summaryRow.ts'
import { type PlannedRun, runsOf } from './plannedRun.ts'
import { rowOf } from './rowOf.ts'

export interface StudyProgress {
  /** Rows of the runs that were measured or failed. */
  rows: SummaryRow[]
  /** Runs without a measured outcome, in order: a failed one is run again. */
  pending: PlannedRun[]
}

/** A result that cannot be read counts as none: its run is done again. */
export async function readProgress(plan: StudyPlan, paths: StudyPaths): Promise<StudyProgress> {
  const started = new Set(await readdir(paths.runs))
  const known = new Map<string, SummaryRow>()
  if (started.size > 0) {
    for (const row of (await readSummary(paths))?.rows ?? []) known.set(row.id, row)
  }
  const runs = [...runsOf(plan)]
  const found = await Promise.all(
    runs
      .filter(({ id }) => started.has(id))
      .map((run) => readRow(run, known.get(run.id), plan, paths)),
  )
  const rows = found.filter((row) => row !== null)
  const measured = new Set(rows.flatMap(({ id, status }) => (status === 'measured' ? [id] : [])))
  return { rows, pending: runs.filter(({ id }) => !measured.has(id)) }
}

/** The summary is believed when the file that it was made from is there; else the file is read. */
async function readRow(
  run: PlannedRun,
  known: SummaryRow | undefined,
  { sweptFields }: StudyPlan,
  paths: StudyPaths,
): Promise<SummaryRow | null> {
  const directory = join(paths.runs, run.id)
  const own = runPaths(directory)
  const { result, failure, beside } = own
  const files = new Set(await readdir(directory))
  const status = files.has(basename(result)) ? 'measured' : 'failed'
  if (status === 'failed' && !files.has(basename(failure))) return null
  try {
    if (status === 'measured') await removeUnfinished(directory, files)
    if (status === 'measured' && files.has(basename(beside))) {
      // The host was killed before it had written what ran beside the run.
      return rowOf(run, { status, directory, result: await settleBeside(own) }, sweptFields)
    }
    if (known?.status === status) return known
    const state = await readRun(directory)
    return state.status === 'pending' ? null : rowOf(run, { ...state, directory }, sweptFields)
  } catch (thrown) {
    const isDamaged = thrown instanceof AppError && thrown.code === 'FILE_DAMAGED'
    if (isDamaged || errorCodeOf(thrown) === 'ENOENT') return null
    throw thrown
  }
}

/** What was being written when a host was killed; nobody writes now, for this study is locked. */
async function removeUnfinished(directory: string, files: Iterable<string>): Promise<void> {
  for (const name of files)
    if (name.endsWith('.tmp')) await rm(join(directory, name), { force: true })
}
