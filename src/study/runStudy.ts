/** Runs a plan in a directory of its own and tells what happens. What is finished is on disk before the next begins. */

import type { Clock } from '../core/clock.ts'
import type { Environment } from '../core/context.ts'
import type { StudyEvent } from '../core/events.ts'
import type { Runner } from '../runners/runner.ts'
import { type StudyPlan, writePlan } from '../store/planFile.ts'
import { createStudyDirectory } from '../store/studyDirectory.ts'
import { lockStudy } from './lockStudy.ts'
import { runSession } from './runSession.ts'

export interface StudyDeps {
  clock: Clock
  env: Environment
  /** Ends the study: the running experiment is ended cleanly, the finished ones are kept. */
  signal: AbortSignal
  /** Kills at once what `signal` is already ending. */
  killSignal?: AbortSignal
  cacheDir: string
  /** Finds a runner by its name; absent: among all there are. */
  loadRunner?(name: string): Promise<Runner<unknown> | null>
}

/** Throws before the first event when nothing can be written; afterwards every failure is an outcome. */
export async function* runStudy(
  plan: StudyPlan,
  { resultsDir, ...deps }: StudyDeps & { resultsDir: string },
): AsyncGenerator<StudyEvent> {
  const paths = await createStudyDirectory(resultsDir, plan.settings.name, deps.clock.wallDate())
  await using lock = await lockStudy(paths, deps)
  await writePlan(paths, plan)
  yield* runSession({ ...deps, plan, paths, studyLock: lock })
}
