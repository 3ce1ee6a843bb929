/** `summary.json`: one row per run. Derived from the run directories and made again when lost. */

import { open } from 'node:fs/promises'
import { z } from 'zod'
import { studyStatuses } from '../core/events.ts'
import { jsonDocument } from '../core/jsonDocument.ts'
import type { StudyPaths } from './studyDirectory.ts'
import { type SummaryRow, summaryRowSchema } from './summaryRow.ts'

const summaryHeadSchema = z.strictObject({
  schemaVersion: z.literal(1).describe('version of this format'),
  name: z.string().describe('name of the study'),
  status: z.enum(studyStatuses).nullable().describe('how it ended; null while it runs'),
  experiments: z.int().describe('experiments in the plan, each of them once'),
  total: z.int().describe('runs in the plan'),
  measured: z.int().describe('runs with a result'),
  failed: z.int().describe('runs whose last attempt failed'),
  skipped: z.int().describe('runs that the end of the study left over'),
  sweptFields: z.array(z.string()).describe('fields that tell the experiments apart'),
})
export type SummaryHead = z.infer<typeof summaryHeadSchema>

export interface Summary extends SummaryHead {
  /** Of the runs that were measured or failed, in the order of their outcomes. */
  rows: SummaryRow[]
}

/** The text in parts; `rows` are JSON, those of runs that were left over last. */
export function renderSummary(head: SummaryHead, rows: Iterable<string>): Iterable<string> {
  return jsonDocument(head, { rows })
}

/**
 * Reads line by line, and stops where the runs begin that were left over: there may be far more of them than outcomes.
 * Null when there is no summary that can be read: the run directories say the same.
 */
export async function readSummary(paths: StudyPaths): Promise<Summary | null> {
  try {
    const { head, rows } = await readParts(paths.summaryJson)
    return { ...summaryHeadSchema.parse(JSON.parse(head)), rows }
  } catch {
    // Not there, cut short, or written by another version.
    return null
  }
}

async function readParts(path: string): Promise<{ head: string; rows: SummaryRow[] }> {
  const rows: SummaryRow[] = []
  let head = ''
  let isHead = true
  await using file = await open(path)
  for await (const line of file.readLines()) {
    if (line === '  "rows": []') return { head: closed(head), rows }
    if (line.startsWith('  "rows": [')) isHead = false
    else if (isHead) head += line
    else if (line.startsWith('  ]')) return { head: closed(head), rows }
    else {
      const row = summaryRowSchema.parse(JSON.parse(line.replace(/,$/, '')))
      if (row.status === 'skipped') return { head: closed(head), rows }
      rows.push(row)
    }
  }
  return { head: closed(head), rows }
}

/** The document without its rows. */
const closed = (head: string): string => `${head.replace(/,$/, '')}}`
