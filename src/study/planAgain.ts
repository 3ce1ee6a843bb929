/** The plan of a study as its file is now. */

import { stat } from 'node:fs/promises'
import { loadStudy } from '../config/loadStudy.ts'
import { loadUserConfig } from '../config/userConfig.ts'
import type { Environment } from '../core/context.ts'
import type { StudyPlan } from '../store/planFile.ts'
import { loadSections } from './loadSections.ts'
import { planStudy } from './planStudy.ts'

/** Null when the study was read from no file, or its file is gone: then the plan is all there is. Runners stay as they were. */
export async function planAgain(
  { source, experiments }: StudyPlan,
  env: Environment,
): Promise<StudyPlan | null> {
  const { file, overrides } = source
  if (file === null || (await stat(file).catch(() => null)) === null) return null
  const sections = await loadSections()
  const { defaults } = await loadUserConfig(env, sections)
  const study = await loadStudy(file, { overrides, sections, defaults })
  const runners = new Map(experiments.map(({ backend, runner }) => [backend, runner]))
  // A backend that is new makes the study another one, which is refused whatever its runner.
  const other = { mode: 'local', image: null, source: 'default' } as const
  return planStudy(study, (backend) => runners.get(backend) ?? other, source)
}
