/** `summary.json` and `summary.csv`: one row per run that has an outcome. Derived from the run directories and made again when lost. */

import { z } from 'zod'
import { type OutcomeCounts, type StudyStatus, studyStatuses } from '../core/events.ts'
import { readJson, writeFileAtomic } from '../core/files.ts'
import { jsonDocument } from '../core/jsonDocument.ts'
import type { StudyPaths } from './studyDirectory.ts'
import { csvHead, csvRow, type SummaryRow, summaryRowSchema } from './summaryRow.ts'

const summaryFileSchema = z.strictObject({
  schemaVersion: z.literal(1).describe('version of this format'),
  name: z.string().describe('name of the study'),
  status: z.enum(studyStatuses).nullable().describe('how it ended; null while it runs'),
  total: z.int().describe('runs in the plan'),
  measured: z.int().describe('runs with a result'),
  failed: z.int().describe('runs whose last attempt failed'),
  skipped: z.int().describe('runs that the end of the study left over'),
  sweptFields: z.array(z.string()).describe('fields that tell the experiments apart'),
  rows: z.array(summaryRowSchema).describe('in the order of the outcomes'),
})
export type Summary = z.infer<typeof summaryFileSchema>

export interface SummaryWriter {
  /** Adds the row of a run, or replaces it, and writes both files. */
  put(row: SummaryRow): Promise<void>
  /** Writes how the study ended, and a row for each run that is left. */
  end(status: StudyStatus, left: readonly SummaryRow[]): Promise<void>
  counts(): OutcomeCounts
}

export interface SummaryOptions {
  paths: StudyPaths
  name: string
  total: number
  sweptFields: readonly string[]
  /** What is known from before. */
  rows: readonly SummaryRow[]
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
  const { paths, name, total, sweptFields, rows: before } = options
  const entries = new Map<string, Entry>()
  const add = (row: SummaryRow): void => {
    const { id, status } = row
    entries.set(id, { status, json: JSON.stringify(row), csv: csvRow(row, sweptFields) })
  }
  const counts = (): OutcomeCounts => countBy([...entries.values()])
  const write = async (status: StudyStatus | null): Promise<void> => {
    const head = { schemaVersion: 1, name, status, total, ...counts(), sweptFields }
    const texts = [...entries.values()]
    await writeFileAtomic(paths.summaryJson, jsonDocument(head, { rows: jsonRows(texts) }))
    await writeFileAtomic(paths.summaryCsv, csvParts(sweptFields, texts))
  }
  for (const row of before) add(row)
  await write(null)
  return {
    counts,
    async put(row) {
      add(row)
      await write(null)
    },
    async end(status, left) {
      for (const row of left) add(row)
      await write(status)
    },
  }
}

/** Null when there is none that can be read: the run directories say the same. */
export function readSummary(paths: StudyPaths): Promise<Summary | null> {
  return readJson(paths.summaryJson, summaryFileSchema).catch(() => null)
}

function countBy(entries: readonly Entry[]): OutcomeCounts {
  const counts = { measured: 0, failed: 0, skipped: 0 }
  for (const { status } of entries) counts[status]++
  return counts
}

function* jsonRows(entries: readonly Entry[]): Generator<string> {
  for (const { json } of entries) yield json
}

function* csvParts(sweptFields: readonly string[], entries: readonly Entry[]): Generator<string> {
  yield csvHead(sweptFields)
  for (const { csv } of entries) yield csv
}
