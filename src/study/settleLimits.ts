/** Limits of boards before the first run: what a killed host has left is put back, and what this study will set is tried. */

import type { ExperimentParser } from '../config/experimentParser.ts'
import type { StudyEvent } from '../core/events.ts'
import type { StudyPlan } from '../store/planFile.ts'
import type { Machine } from './claimMachine.ts'
import { tryLimits } from './limitDevices.ts'
import { putBackLimits } from './putBackLimits.ts'
import type { StudyDeps } from './runStudy.ts'

/** Throws `GPU_LIMITS_REFUSED`. */
export async function* settleLimits(
  plan: StudyPlan,
  deps: StudyDeps & { parser: ExperimentParser },
  machine: Machine,
): AsyncGenerator<StudyEvent, void> {
  const { cacheDir, clock, env } = deps
  const ctx = { clock, env, root: '/' }
  for (const warning of await putBackLimits({ cacheDir, devices: machine.devices, ctx })) {
    yield { type: 'studyWarned', warning }
  }
  await tryLimits(plan, deps, machine)
}
