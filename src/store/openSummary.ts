/** Keeps `summary.json` and `summary.csv` up to date while a study runs. */

import type { OutcomeCounts, StudyStatus } from '../core/events.ts'
import { replaceFile } from '../core/files.ts'
import type { StudyPaths } from './studyDirectory.ts'
import { renderSummary } from './summaryFile.ts'
import { csvHead, csvRow, type SummaryRow } from './summaryRow.ts'
import { withholdLimited } from './withholdLimited.ts'

export interface SummaryWriter {
  /** Adds the row of a run, or replaces it, and writes both files; of the last one `end` does. */
  put(row: SummaryRow, isLast: boolean): Promise<void>
  /** Writes how the study ended, and what was left over. */
  end(status: StudyStatus, left: readonly LeftRun[]): Promise<void>
  counts(): OutcomeCounts
}

/** A run that was left over. One that failed in an earlier session stays failed. */
interface LeftRun {
  id: string
  /** Made when it is written: there may be a hundred thousand of them. */
  row(): SummaryRow
}

export interface SummaryOptions {
  paths: StudyPaths
  name: string
  /** Experiments and runs of the plan. */
  experiments: number
  total: number
  sweptFields: readonly string[]
  /** What is known from before. */
  rows: readonly SummaryRow[]
  /** Puts figures of a load client at its limit into the CSV file too, which is there to compare runs; the JSON file has them always. */
  includesClientLimited?: boolean
}

interface Entry {
  status: SummaryRow['status']
  json: string
  csv: string
}

/**
 * Every refresh writes the whole files, whole or not at all. The text of each row is kept, so that a refresh costs a copy:
 * 10 ms at 10 000 rows.
 */
export async function openSummary(options: SummaryOptions): Promise<SummaryWriter> {
  const { paths, name, experiments, total, sweptFields } = options
  const { rows: before, includesClientLimited = false } = options
  const entries = new Map<string, Entry>()
  let left: readonly LeftRun[] = []
  const entryOf = (row: SummaryRow): Entry => ({
    status: row.status,
    json: JSON.stringify(row),
    csv: csvRow(includesClientLimited ? row : withholdLimited(row), sweptFields),
  })
  const counts = (): OutcomeCounts => countOutcomes(entries.values(), left.length)
  function* all(): Generator<Entry> {
    yield* entries.values()
    for (const run of left) yield entryOf(run.row())
  }
  const write = async (status: StudyStatus | null): Promise<void> => {
    const facts = { name, status, experiments, total, ...counts(), sweptFields: [...sweptFields] }
    await Promise.all([
      replaceFile(paths.summaryJson, renderSummary({ schemaVersion: 1, ...facts }, rows(all()))),
      replaceFile(paths.summaryCsv, lines(sweptFields, all())),
    ])
  }
  for (const row of before) entries.set(row.id, entryOf(row))
  await write(null)
  return {
    counts,
    async put(row, isLast) {
      entries.set(row.id, entryOf(row))
      if (!isLast) await write(null)
    },
    async end(status, runs) {
      left = runs.filter(({ id }) => !entries.has(id))
      await write(status)
    },
  }
}

function countOutcomes(entries: Iterable<Entry>, skipped: number): OutcomeCounts {
  const counts = { measured: 0, failed: 0, skipped }
  for (const { status } of entries) counts[status]++
  return counts
}

function* rows(entries: Iterable<Entry>): Generator<string> {
  for (const { json } of entries) yield json
}

function* lines(sweptFields: readonly string[], entries: Iterable<Entry>): Generator<string> {
  yield csvHead(sweptFields)
  for (const { csv } of entries) yield csv
}
