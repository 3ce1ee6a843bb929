/** `llem run`: plans, measures, shows progress on stderr and what came of it on stdout. */

import { z } from 'zod'
import type { ExitCode } from '../../core/errors.ts'
import { runStudy } from '../../study/runStudy.ts'
import type { Io } from '../io.ts'
import { isBare, loadPlan } from '../loadPlan.ts'
import { presentStudy } from '../presentStudy.ts'
import { quickstartLine } from '../quickstart.ts'
import { stdoutOf } from '../stdoutOf.ts'

export interface RunArguments {
  file: string | undefined
  /** As commander parsed them. */
  options: unknown
}

const optionsSchema = z.looseObject({
  set: z.array(z.string()).default([]),
  quiet: z.boolean().default(false),
  json: z.boolean().default(false),
  events: z.boolean().default(false),
  strict: z.boolean().default(false),
  wait: z.boolean().default(false),
  skipPreflight: z.boolean().default(false),
  includeClientLimited: z.boolean().default(false),
})

/** Runs the study and prints what came of it. Resolves with the exit code of the outcome. */
export async function runCommand({ file, options }: RunArguments, io: Io): Promise<ExitCode> {
  const {
    set,
    quiet,
    json,
    events,
    strict,
    wait,
    skipPreflight,
    includeClientLimited: includesClientLimited,
    ...flags
  } = optionsSchema.parse(options)
  const request = { file, flags, sets: set, isStrict: strict }
  const presented = { isQuiet: quiet, stdout: stdoutOf({ json, events }), includesClientLimited }
  return presentStudy(presented, io, async function* (deps) {
    const { plan, problem } = await loadPlan(request, io)
    if (problem !== null) throw problem
    if (isBare(request) && !quiet) io.stderr.write(`${quickstartLine}\n`)
    yield* runStudy(plan, {
      ...deps,
      isStrict: strict,
      waitsForDevices: wait,
      skipsPreflight: skipPreflight,
      includesClientLimited,
      resultsDir: plan.settings.output.results_dir,
    })
  })
}
