/** A resumed study tells of its own session only: what sessions before it measured is in the summary. */

import { join } from 'node:path'
import { studyPaths } from '../store/studyDirectory.ts'
import { readSummary } from '../store/summaryFile.ts'
import type { StudyOutcome } from './studyOutcome.ts'

/** The outcome with what was measured before, first. */
export async function addEarlier(outcome: StudyOutcome): Promise<StudyOutcome> {
  if (outcome.directory === null) return outcome
  const paths = studyPaths(outcome.directory)
  const known = new Set(outcome.experiments.map(({ id }) => id))
  const rows = (await readSummary(paths))?.rows ?? []
  const earlier = rows
    .filter(({ id, status }) => status === 'measured' && !known.has(id))
    .map(({ id, label }) => {
      const directory = join(paths.runs, id)
      return { id, label, outcome: { status: 'measured', directory } as const }
    })
  return { ...outcome, experiments: [...earlier, ...outcome.experiments] }
}
