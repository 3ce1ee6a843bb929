/** Whether a study can go on under its file as it is now: the same measurements, or the same and more cycles. Pure. */

import type { StudySettings } from '../config/studyConfig.ts'
import { AppError } from '../core/errors.ts'
import { canonicalJson } from '../core/json.ts'
import type { StudyPlan } from '../store/planFile.ts'
import { changesOf } from './changesOf.ts'

/**
 * The plan to go on with: `before` itself when the file is gone or says the same; with new limits, or with the runs of
 * added cycles behind the old ones, when that is all that changed. Throws `STUDY_CHANGED` for anything else.
 */
export function continuePlan(
  before: StudyPlan,
  now: StudyPlan | null,
  directory: string,
): StudyPlan {
  if (now === null) return before
  if (
    canonicalJson(comparable(before)) !== canonicalJson(comparable(now)) ||
    cyclesOf(now) < cyclesOf(before)
  ) {
    throw new AppError('STUDY_CHANGED', {
      file: now.source.file ?? directory,
      directory,
      planVersion: before.version,
      changes: changesOf(before.text, now.text),
    })
  }
  if (canonicalJson(before.settings) === canonicalJson(now.settings)) return before
  const added = now.slots.filter(({ cycle }) => cycle > cyclesOf(before))
  return { ...before, text: now.text, settings: now.settings, slots: [...before.slots, ...added] }
}

const cyclesOf = ({ settings }: StudyPlan): number => settings.execution.n_cycles

/** What must not change: all that decides what is measured and in which conditions. */
function comparable({ settings, experiments }: StudyPlan) {
  // A container that ran out of memory may get more of it: where an experiment runs is no part of it.
  const { output, execution, docker, ...others } = settings
  return { ...others, execution: conditionsOf(execution), hashes: hashesOf(experiments) }
}

const hashesOf = (experiments: StudyPlan['experiments']): string[] =>
  experiments.map(({ configHash }) => configHash)

/** Cycles may be added, and limits say when to stop, not what is measured. */
function conditionsOf(execution: StudySettings['execution']) {
  const {
    n_cycles,
    max_consecutive_failures,
    circuit_breaker_cooldown_seconds,
    wall_clock_timeout_hours,
    fail_fast,
    experiment_timeout_seconds,
    silence_timeout_seconds,
    ...conditions
  } = execution
  return conditions
}
