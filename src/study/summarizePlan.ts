/** Says of a plan what a person wants to know before GPU hours are spent. */

import type { StudyPlan } from '../store/planFile.ts'
import type { PlannedBackend, PlanSummary } from '../store/planSummary.ts'
import { type EstimateDeps, type EstimatedStudy, estimateStudy } from './estimateStudy.ts'
import { findUnready } from './findUnready.ts'
import { combinationCount } from './planWarnings.ts'

/** `file` is for the reader: as it was asked for. */
export async function summarizePlan(
  plan: StudyPlan,
  file: string | null,
  deps: EstimateDeps,
): Promise<PlanSummary> {
  const { settings, axes, sweptFields, skipped, merged, experiments, slots } = plan
  const { estimate, experimentEstimates, gpus } = await estimateStudy(plan, deps)
  const unready = await findUnready(experiments, {
    parser: deps.parser,
    directory: plan.source.workingDirectory,
  })
  return {
    name: settings.name,
    file,
    axes,
    sweptFields,
    combinations: combinationCount(plan),
    skipped,
    merged: merged.map(({ index, count, origins }) => ({
      label: experiments[index]?.label ?? '',
      count,
      origins,
    })),
    unready: unready.map(({ label, isHere, problem: { code, message, hint } }) => ({
      label,
      isHere,
      code,
      message,
      hint,
    })),
    experiments: experiments.length,
    cycles: settings.execution.n_cycles,
    order: settings.execution.cycle_order,
    runs: slots.length,
    backends: backendsOf(plan, gpus),
    machine: deps.machine,
    estimate,
    experimentEstimates,
  }
}

function backendsOf({ experiments }: StudyPlan, gpus: EstimatedStudy['gpus']): PlannedBackend[] {
  const found = new Map<string, PlannedBackend>()
  for (const { backend: name, runner } of experiments) {
    const before = found.get(name)?.experiments ?? 0
    found.set(name, { name, experiments: before + 1, runner, gpus: gpus.get(name) ?? null })
  }
  return [...found.values()]
}
