/** `llem run`: plans, measures, shows progress on stderr and what came of it on stdout. */

import { z } from 'zod'
import { cacheDirOf } from '../../core/cacheDir.ts'
import type { ExitCode } from '../../core/errors.ts'
import type { StudyPlan } from '../../study/planStudy.ts'
import { runStudy } from '../../study/runStudy.ts'
import { interruptSignal } from '../interruptSignal.ts'
import type { Io } from '../io.ts'
import { isBare, loadPlan } from '../loadPlan.ts'
import { openProgress } from '../progress/openProgress.ts'
import { announce } from '../quickstart.ts'
import { addEvent, noOutcome, type StudyOutcome } from '../studyOutcome.ts'

export interface RunArguments {
  file: string | undefined
  /** As commander parsed them. */
  options: unknown
}

const optionsSchema = z.looseObject({
  set: z.array(z.string()).default([]),
  quiet: z.boolean().default(false),
  json: z.boolean().default(false),
})

/** Runs the study and prints what came of it. Resolves with the exit code of the outcome. */
export async function runCommand({ file, options }: RunArguments, io: Io): Promise<ExitCode> {
  const { set, quiet, json, ...flags } = optionsSchema.parse(options)
  const request = { file, flags, sets: set }
  let outcome = noOutcome
  try {
    const plan = await loadPlan(request, io)
    if (isBare(request) && !quiet) io.stderr.write(`${announce(plan)}\n`)
    for await (const known of measureStudy(plan, io, quiet)) outcome = known
  } catch (thrown) {
    if (json) await (await loadPresenting()).presentError(outcome, thrown, io)
    throw thrown
  }
  return (await loadPresenting()).presentOutcome(outcome, json, io)
}

/** Loaded when it is needed: reports have no part in starting a measurement. */
const loadPresenting = () => import('../presentOutcome.ts')

/** Yields what is known after every event; the last one is the whole outcome. */
async function* measureStudy(
  plan: StudyPlan,
  io: Io,
  isQuiet: boolean,
): AsyncGenerator<StudyOutcome> {
  await using progress = await openProgress(io, { isQuiet })
  using interrupt = interruptSignal(io, () => progress.note('ending; Ctrl-C again stops at once'))
  const events = runStudy(plan, {
    clock: io.clock,
    env: io.env,
    signal: interrupt.signal,
    cacheDir: cacheDirOf(io.env),
    resultsDir: plan.settings.output.results_dir,
  })
  let outcome = noOutcome
  for await (const event of events) {
    progress.show(event)
    outcome = addEvent(outcome, event)
    yield outcome
  }
}
