/** `llem run`: plans, measures, shows progress on stderr and what came of it on stdout. */

import { z } from 'zod'
import type { ExitCode } from '../../core/errors.ts'
import { runStudy } from '../../study/runStudy.ts'
import type { Io } from '../io.ts'
import { isBare, loadPlan } from '../loadPlan.ts'
import { presentStudy } from '../presentStudy.ts'
import { quickstartLine } from '../quickstart.ts'
import { readRunOptions, runOptionFields } from '../runOptions.ts'

export interface RunArguments {
  file: string | undefined
  /** As commander parsed them. */
  options: unknown
}

const optionsSchema = z.looseObject({
  set: z.array(z.string()).default([]),
  ...runOptionFields,
})

/** Runs the study and prints what came of it. Resolves with the exit code of the outcome. */
export async function runCommand({ file, options }: RunArguments, io: Io): Promise<ExitCode> {
  const parsed = optionsSchema.parse(options)
  const { presented, running } = readRunOptions(parsed)
  const request = { file, flags: parsed, sets: parsed.set, isStrict: running.isStrict }
  return presentStudy(presented, io, async function* (deps) {
    const { plan, problem } = await loadPlan(request, io)
    if (problem !== null) throw problem
    if (isBare(request) && !presented.isQuiet) io.stderr.write(`${quickstartLine}\n`)
    yield* runStudy(plan, {
      ...deps,
      ...running,
      resultsDir: plan.settings.output.results_dir,
    })
  })
}
