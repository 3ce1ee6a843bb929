/** `llem plan`: shows what `llem run` with the same words would do, and starts nothing. */

import { z } from 'zod'
import { loadBackends } from '../../backends/registry.gen.ts'
import { experimentParser } from '../../config/experimentParser.ts'
import { type ExitCode, exitCodes } from '../../core/errors.ts'
import { jsonDocument } from '../../core/jsonDocument.ts'
import { loadEnergySources } from '../../energy/registry.gen.ts'
import { renderPlan } from '../../report/planReport.ts'
import { renderError } from '../../report/renderError.ts'
import { planLists, type StudyPlan } from '../../store/planFile.ts'
import type { PlanSummary } from '../../store/planSummary.ts'
import { readEarlierRuns } from '../../study/earlierRuns.ts'
import { loadSections } from '../../study/loadSections.ts'
import { readPlanMachine } from '../../study/readPlanMachine.ts'
import { summarizePlan } from '../../study/summarizePlan.ts'
import { type Io, isColor, widthOf, writeParts } from '../io.ts'
import { loadPlan } from '../loadPlan.ts'

export interface PlanArguments {
  file: string | undefined
  /** As commander parsed them. */
  options: unknown
}

const optionsSchema = z.looseObject({
  set: z.array(z.string()).default([]),
  json: z.boolean().default(false),
  strict: z.boolean().default(false),
})

export async function planCommand({ file, options }: PlanArguments, io: Io): Promise<ExitCode> {
  const { set, json, strict, ...flags } = optionsSchema.parse(options)
  const { plan, problem } = await loadPlan({ file, flags, sets: set, isStrict: strict }, io)
  const summary = await summarize(plan, file ?? null, io)
  if (json) await writeParts(io.stdout, recordOf(summary, plan))
  else {
    const labels = plan.experiments.map(({ label }) => label)
    const report = { width: widthOf(io.stdout), isColor: isColor(io.stdout, io.env) }
    io.stdout.write(renderPlan(summary, labels, report))
  }
  // The plan may be for another machine than the one that it is looked at on.
  if (problem !== null) {
    io.stderr.write(renderError(problem, { isColor: isColor(io.stderr, io.env) }))
  }
  return exitCodes.measured
}

async function summarize(
  plan: StudyPlan,
  file: string | null,
  { clock, env }: Io,
): Promise<PlanSummary> {
  const { results_dir } = plan.settings.output
  const sources = await loadEnergySources()
  return summarizePlan(plan, file, {
    parser: experimentParser(await loadSections()),
    backends: await loadBackends(),
    earlier: await readEarlierRuns(results_dir),
    machine: await readPlanMachine(results_dir, sources, { clock, env, root: '/' }),
  })
}

/** All of the plan, each experiment and each run on a line of its own. */
function recordOf(summary: PlanSummary, plan: StudyPlan): Generator<string> {
  const { experiments, runs, merged, experimentEstimates, ...head } = summary
  const counts = { experimentCount: experiments, runCount: runs }
  const estimateOf = (index: number) => ({ estimate: experimentEstimates[index] ?? null })
  return jsonDocument({ schemaVersion: 1, ...head, ...counts }, planLists(plan, estimateOf))
}
