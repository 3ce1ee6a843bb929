/** Runs a plan in a directory of its own and tells what happens. What is finished is on disk before the next begins. */

import { experimentParser } from '../config/experimentParser.ts'
import type { Clock } from '../core/clock.ts'
import type { Environment } from '../core/context.ts'
import type { StudyEvent } from '../core/events.ts'
import type { listVisibleGpus } from '../energy/shared/listVisibleGpus.ts'
import type { Runner } from '../runners/runner.ts'
import { type StudyPlan, writePlan } from '../store/planFile.ts'
import { createStudyDirectory } from '../store/studyDirectory.ts'
import { claimMachine } from './claimMachine.ts'
import { loadSections } from './loadSections.ts'
import { lockStudy } from './lockStudy.ts'
import type { DeviceSearch, StudyDevices } from './openDevices.ts'
import { preflight } from './preflight.ts'
import { runSession } from './runSession.ts'
import { settleLimits } from './settleLimits.ts'

export interface StudyDeps {
  clock: Clock
  env: Environment
  /** Ends the study: the running experiment is ended cleanly, the finished ones are kept. */
  signal: AbortSignal
  /** Kills at once what `signal` is already ending. */
  killSignal?: AbortSignal
  cacheDir: string
  /** Refuses a run that something would disturb; absent: it is measured with a warning. */
  isStrict?: boolean
  /** Waits for devices that another study measures; absent: that is an error. */
  waitsForDevices?: boolean
  /** Leaves out the look into a container of each image; absent: it is taken. */
  skipsPreflight?: boolean
  /** Compares results whose load client was at its limit too; absent: their figures are left out of summary.csv. */
  includesClientLimited?: boolean
  /** Finds a runner by its name; absent: among all there are. */
  loadRunner?(name: string): Promise<Runner<unknown> | null>
  /** Finds the devices of a study; absent: by the energy sources of this machine. */
  openDevices?(search: DeviceSearch): Promise<StudyDevices>
  /** Finds the devices that containers are given; absent: as CUDA would. */
  listGpus?: typeof listVisibleGpus
}

/** Throws before the first event when nothing can be written; afterwards every failure is an outcome. */
export async function* runStudy(
  written: StudyPlan,
  { resultsDir, ...world }: StudyDeps & { resultsDir: string },
): AsyncGenerator<StudyEvent> {
  const deps = { ...world, parser: experimentParser(await loadSections()) }
  const { plan, gpus } = yield* preflight(written, deps)
  await using machine = yield* claimMachine(plan, deps)
  yield* settleLimits(plan, deps, machine)
  const paths = await createStudyDirectory(resultsDir, plan.settings.name, deps.clock.wallDate())
  await using lock = await lockStudy(paths, deps)
  await writePlan(paths, plan)
  yield* runSession({ ...deps, plan, gpus, paths, machine, studyLock: lock })
}
