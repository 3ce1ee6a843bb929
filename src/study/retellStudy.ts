/** Tells of a study that has ended as it would at its end: nothing is looked at, locked or set for a table. */

import type { StudyEvent } from '../core/events.ts'
import { openSummary } from '../store/openSummary.ts'
import type { StudyPlan } from '../store/planFile.ts'
import { hasFinished, readSessions } from '../store/statusFile.ts'
import type { StudyPaths } from '../store/studyDirectory.ts'
import { readProgress } from './readProgress.ts'
import type { StudyDeps } from './runStudy.ts'

/** False, and without a word, where something is left to run or the last session did not end well. */
export async function* retellStudy(
  plan: StudyPlan,
  paths: StudyPaths,
  { includesClientLimited = false }: StudyDeps,
): AsyncGenerator<StudyEvent, boolean> {
  if (!hasFinished(await readSessions(paths))) return false
  const { rows, pending } = await readProgress(plan, paths)
  if (pending.length > 0) return false
  const { settings, sweptFields, experiments, slots } = plan
  const facts = { experiments: experiments.length, total: slots.length, sweptFields, rows }
  const { name } = settings
  const summary = await openSummary({ paths, name, ...facts, includesClientLimited })
  await summary.end('completed', [])
  const counts = summary.counts()
  const { measured } = counts
  yield { type: 'studyStarted', directory: paths.directory, total: slots.length, measured }
  yield { type: 'studyEnded', status: 'completed', ...counts }
  return true
}
