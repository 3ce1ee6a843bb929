/** One run of a plan: which experiment, in which cycle, under which name. */

import type { PlannedExperiment, StudyPlan } from '../store/planFile.ts'
import { runIdOf } from '../store/runId.ts'

export interface PlannedRun {
  /** Name of its directory. */
  id: string
  /** In the order of running, from 0. */
  position: number
  cycle: number
  /** Of its experiment among those of the plan, from 1. */
  number: number
  experiment: PlannedExperiment
}

/** Every run of the plan, in order. */
export function* runsOf({ experiments, slots }: StudyPlan): Generator<PlannedRun> {
  for (const [position, slot] of slots.entries()) {
    const experiment = experiments[slot.index]
    if (experiment === undefined) continue
    const { cycle, index } = slot
    const id = runIdOf(position, slot, experiment)
    yield { id, position, cycle, number: index + 1, experiment }
  }
}
