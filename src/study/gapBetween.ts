/** How long the machine rests between two runs by the clock. Pure. */

import type { StudySettings } from '../config/studyConfig.ts'
import { secondsToMs } from '../core/units.ts'

/** The cycle gap where the cycle changes, whatever the order, and never shorter than the other gap. */
export function gapBetween(
  before: { cycle: number },
  next: { cycle: number },
  { experiment_gap_seconds, cycle_gap_seconds }: StudySettings['execution'],
): { reason: 'cycle_gap' | 'experiment_gap'; durationMs: number } {
  const isNewCycle = before.cycle !== next.cycle
  const seconds = Math.max(experiment_gap_seconds, isNewCycle ? cycle_gap_seconds : 0)
  return { reason: isNewCycle ? 'cycle_gap' : 'experiment_gap', durationMs: secondsToMs(seconds) }
}
