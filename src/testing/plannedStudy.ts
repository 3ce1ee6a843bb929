/** A plan of tiny experiments of the fake backend, and a directory that holds it, as a study that was killed at its very start. */

import assert from 'node:assert/strict'
import type { z } from 'zod'
import { parseStudy } from '../config/parseStudy.ts'
import type { executionSchema } from '../config/studyConfig.ts'
import { type StudyPlan, writePlan } from '../store/planFile.ts'
import { createStudyDirectory, type StudyPaths } from '../store/studyDirectory.ts'
import { loadSections } from '../study/loadSections.ts'
import { planStudy } from '../study/planStudy.ts'

/** One request of one token, without sensors, rests and warm-up. */
const tiny = {
  model: 'anything',
  backend: 'fake',
  n: 1,
  max_output_tokens: 1,
  warmup: { enabled: false },
  baseline: { enabled: false },
  energy: { sources: [] },
  fake: { ttft_ms: 0 },
}

type Written = Readonly<Record<string, unknown>>

/** A plan over `tiny` with these fields replaced, one experiment for each entry. */
export async function planOf(
  entries: readonly Written[],
  execution: z.input<typeof executionSchema> = {},
): Promise<StudyPlan> {
  const sections = await loadSections()
  const written = { ...tiny, experiments: entries, execution }
  const study = parseStudy({ written, file: 'test', overrides: [], sections })
  assert.ok(study.ok, JSON.stringify(study))
  return planStudy(study.value, () => local)
}

const local = { mode: 'local', image: null, source: 'default' } as const

/** The directory of a study that has a plan and has not run. */
export async function keptStudy(resultsDir: string, plan: StudyPlan): Promise<StudyPaths> {
  const paths = await createStudyDirectory(resultsDir, plan.settings.name, new Date())
  await writePlan(paths, plan)
  return paths
}
