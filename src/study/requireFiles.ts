/** Refuses a study that cannot measure anything, before it waits for devices or writes: no experiment has its files here. */

import type { ExperimentParser } from '../config/experimentParser.ts'
import { AppError } from '../core/errors.ts'
import type { StudyPlan } from '../store/planFile.ts'
import { findUnready } from './findUnready.ts'

/** Throws the one problem there is, or `PREFLIGHT_FAILED` with all of them. Where some have their files, each run speaks for itself. */
export async function requireFiles(
  { experiments, source }: StudyPlan,
  { parser, skipsPreflight = false }: { parser: ExperimentParser; skipsPreflight?: boolean },
): Promise<void> {
  // Elsewhere the files may be there.
  const isHere = experiments.every(({ runner }) => runner.mode === 'local')
  if (skipsPreflight || !isHere) return
  const unready = await findUnready(experiments, { parser, directory: source.workingDirectory })
  if (unready.length < experiments.length) return
  const problems = [...new Set(unready.map(({ problem }) => problem))]
  const [first, ...others] = problems
  if (first === undefined) return
  throw others.length === 0 ? first : new AppError('PREFLIGHT_FAILED', { problems })
}
