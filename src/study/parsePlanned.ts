/** From what a plan declares for a run to the experiment that the worker gets: what the plan says, or nothing. */

import type { Experiment } from '../config/experimentSchema.ts'
import { AppError } from '../core/errors.ts'
import { experimentHasher } from './experimentHasher.ts'
import type { PlannedRun } from './plannedRun.ts'
import type { SessionDeps } from './runSession.ts'

/** Throws `PLAN_OUTDATED` when this version of llenergymeasure understands the experiment in another way than the plan's. */
export function parsePlanned(
  { id, experiment: { declared, configHash } }: PlannedRun,
  { parser, plan }: Pick<SessionDeps, 'parser' | 'plan'>,
): Experiment {
  const parsed = parser.parse(declared)
  const cause = parsed.ok
    ? experimentHasher()(parsed.value) === configHash
      ? null
      : 'its defaults have changed'
    : parsed.problems.map(({ message }) => message).join('; ')
  if (parsed.ok && cause === null) return parsed.value
  throw new AppError('PLAN_OUTDATED', { id, planVersion: plan.version, cause: cause ?? '' })
}
