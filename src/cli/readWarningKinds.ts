/** Reads back of what the results of a study warn: each kind once, the most frequent first. */

import { join } from 'node:path'
import type { WarningKind } from '../report/renderWarningKinds.ts'
import { readRun } from '../store/readStudy.ts'
import type { StudyPaths } from '../store/studyDirectory.ts'
import type { SummaryRow } from '../store/summaryRow.ts'

export async function readWarningKinds(
  rows: readonly SummaryRow[],
  { runs }: StudyPaths,
): Promise<WarningKind[]> {
  const found = new Map<string, { code: string; count: number; firstId: string }>()
  for (const { id, warnings } of rows)
    for (const code of warnings ?? []) {
      const kind = found.get(code)
      if (kind === undefined) found.set(code, { code, count: 1, firstId: id })
      else kind.count++
    }
  const kinds: WarningKind[] = []
  for (const { code, count, firstId } of found.values()) {
    // A result that cannot be read any more has its code in the summary still.
    const state = await readRun(join(runs, firstId)).catch(() => null)
    const warnings = state?.status === 'measured' ? state.result.warnings : []
    const message = warnings.find((warning) => warning.code === code)?.message ?? null
    kinds.push({ code, count, message })
  }
  return kinds.sort((a, b) => b.count - a.count)
}
