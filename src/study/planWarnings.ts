/** What a plan leaves out of what was written, for whoever runs it. Pure. */

import { AppError } from '../core/errors.ts'
import { isRecord } from '../core/json.ts'
import { describeProblem } from '../core/problem.ts'
import { type Warning, warn } from '../core/warnings.ts'
import type { RunnerSpec } from '../store/experimentFile.ts'
import type { PlannedExperiment, StudyPlan } from '../store/planFile.ts'

export function planWarnings(plan: StudyPlan): Warning[] {
  const { skipped, merged } = plan
  const total = combinationCount(plan)
  const [first, ...others] = skipped.reasons
  return [
    ...(first === undefined
      ? []
      : [
          warn('COMBINATIONS_SKIPPED', {
            count: skipped.count,
            total,
            reason: describeProblem(first.problem),
            others: others.length,
          }),
        ]),
    ...(merged.length === 0
      ? []
      : [warn('DUPLICATES_MERGED', { count: mergedCount(plan), labels: labelsOf(plan) })]),
    ...mixedRunners(plan),
    ...neededRights(plan),
  ]
}

/** Said with the plan: nobody should find out at the first run. */
function neededRights({ experiments }: StudyPlan): Warning[] {
  const keys = new Set(
    experiments.flatMap(({ declared }) =>
      isRecord(declared['gpu']) ? Object.keys(declared['gpu']).map((key) => `gpu.${key}`) : [],
    ),
  )
  return keys.size === 0 ? [] : [warn('GPU_LIMITS_NEED_ROOT', { keys: [...keys].join(', ') })]
}

/** Somebody chose it so, or it would not be: what nobody chose is where the others are. */
function mixedRunners({ experiments }: StudyPlan): Warning[] {
  const backendsIn = (mode: RunnerSpec['mode']): string =>
    [...new Set(experiments.filter(isChosenIn(mode)).map(({ backend }) => backend))].join(', ')
  const [local, docker] = [backendsIn('local'), backendsIn('docker')]
  return local === '' || docker === '' ? [] : [warn('MIXED_RUNNERS', { local, docker })]
}

const isChosenIn =
  (mode: RunnerSpec['mode']) =>
  ({ runner }: PlannedExperiment): boolean =>
    runner.mode === mode && runner.source !== 'default'

/** Throws `COMBINATIONS_INVALID` when a combination cannot run. `file` is for the message. */
export function requireAllValid(plan: StudyPlan, file: string): void {
  const { count, reasons } = plan.skipped
  if (count === 0) return
  throw new AppError('COMBINATIONS_INVALID', {
    file,
    count,
    total: combinationCount(plan),
    reasons: reasons.map((reason) => `${reason.count} x ${describeProblem(reason.problem)}`),
  })
}

const toldLabels = 5

/** What the duplicates run as, the first few. */
function labelsOf({ merged, experiments }: StudyPlan): string {
  const labels = merged.slice(0, toldLabels).map(({ index }) => experiments[index]?.label ?? '')
  const others = merged.length - labels.length
  return `${labels.join(', ')}${others > 0 ? `, and ${others} more` : ''}`
}

/** What the study declares: the product of the sweep, and the explicit entries. */
export function combinationCount(plan: StudyPlan): number {
  return plan.experiments.length + plan.skipped.count + mergedCount(plan)
}

function mergedCount({ merged }: StudyPlan): number {
  return merged.reduce((sum, { count }) => sum + count, 0)
}
