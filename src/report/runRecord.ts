/** The machine-readable record of `llem run --json`: how it ended, and every outcome in full. */

import type { ExitCode } from '../core/errors.ts'
import type { Failure, StudyStatus } from '../core/events.ts'
import type { Result } from '../store/resultFile.ts'

export interface RunRecord {
  schemaVersion: 1
  /** `error` when the study could not begin or could not go on. */
  status: StudyStatus | 'error'
  exitCode: ExitCode
  /** Null when the study did not begin. */
  resultsDirectory: string | null
  /** Null unless the status is `error`. */
  error: { code: string; message: string; hint: string } | null
  experiments: readonly ExperimentRecord[]
}

export type ExperimentRecord =
  | { id: string; label: string; status: 'measured'; directory: string; result: Result }
  | { id: string; label: string; status: 'failed'; directory: string; failure: Failure }
  | { id: string; label: string; status: 'skipped'; reason: string }

/** One JSON document on one line, which it ends. */
export function renderRunRecord(record: RunRecord): string {
  return `${JSON.stringify(record)}\n`
}
