/** Goes on with a study that ended early or got more cycles: what has a measured outcome is not run again. Tells of one that has nothing left. */

import { stat } from 'node:fs/promises'
import { experimentParser } from '../config/experimentParser.ts'
import { AppError } from '../core/errors.ts'
import type { StudyEvent } from '../core/events.ts'
import { readPlan, writePlan } from '../store/planFile.ts'
import { studyPaths } from '../store/studyDirectory.ts'
import { claimMachine } from './claimMachine.ts'
import { continuePlan } from './continuePlan.ts'
import { loadSections } from './loadSections.ts'
import { lockStudy } from './lockStudy.ts'
import { planAgain } from './planAgain.ts'
import { preflight } from './preflight.ts'
import { retellStudy } from './retellStudy.ts'
import { runSession } from './runSession.ts'
import type { StudyDeps } from './runStudy.ts'
import { settleLimits } from './settleLimits.ts'

/**
 * Throws before the first event: `STUDY_NOT_FOUND`, `STUDY_IN_USE`, and `STUDY_CHANGED` when the study file now asks
 * for other measurements than the plan holds.
 */
export async function* resumeStudy(directory: string, deps: StudyDeps): AsyncGenerator<StudyEvent> {
  const paths = studyPaths(directory)
  // Nothing may be written into a directory that is no study.
  if ((await stat(paths.plan).catch(() => null)) === null) {
    throw new AppError('STUDY_NOT_FOUND', { directory })
  }
  await using studyLock = await lockStudy(paths, deps)
  const parser = experimentParser(await loadSections())
  const before = await readPlan(paths)
  const continued = continuePlan(before, await planAgain(before, deps.env), directory)
  if (yield* retellStudy(continued, paths, deps)) return
  const { plan, gpus } = yield* preflight(continued, deps)
  if (plan !== before) await writePlan(paths, plan)
  await using machine = yield* claimMachine(plan, { ...deps, parser })
  yield* settleLimits(plan, { ...deps, parser }, machine)
  yield* runSession({ ...deps, parser, plan, gpus, paths, machine, studyLock })
}
