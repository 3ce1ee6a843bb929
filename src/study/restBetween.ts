/** The rest between two runs, which leaves each the machine as the one before found it. */

import type { StudyEvent } from '../core/events.ts'
import { secondsToMs } from '../core/units.ts'
import type { PlannedRun } from './plannedRun.ts'
import type { SessionDeps } from './runSession.ts'
import { waitFor } from './waitFor.ts'

/** The cycle gap where the cycle changes from one run to the next, whatever their order; never shorter than the other gap. */
export async function* restBetween(
  before: PlannedRun,
  next: PlannedRun,
  deps: SessionDeps,
): AsyncGenerator<StudyEvent> {
  const { experiment_gap_seconds, cycle_gap_seconds } = deps.plan.settings.execution
  const isCycleGap = before.cycle !== next.cycle && cycle_gap_seconds >= experiment_gap_seconds
  const reason = isCycleGap ? 'cycle_gap' : 'experiment_gap'
  const seconds = isCycleGap ? cycle_gap_seconds : experiment_gap_seconds
  yield* waitFor(reason, secondsToMs(seconds), deps)
}
