/** `llem resume`: goes on with a study that has runs left, and prints what came of it as `llem run` does. */

import { z } from 'zod'
import type { ExitCode } from '../../core/errors.ts'
import { findUnfinished } from '../../study/findUnfinished.ts'
import { resumeStudy } from '../../study/resumeStudy.ts'
import { defaultResultsDir } from '../defaultResultsDir.ts'
import type { Io } from '../io.ts'
import { presentStudy } from '../presentStudy.ts'
import { stdoutOf } from '../stdoutOf.ts'

export interface ResumeArguments {
  /** Absent: the study that ran last among those with runs left. */
  directory: string | undefined
  /** As commander parsed them. */
  options: unknown
}

const optionsSchema = z.strictObject({
  output: z.string().optional(),
  quiet: z.boolean().default(false),
  json: z.boolean().default(false),
  events: z.boolean().default(false),
  strict: z.boolean().default(false),
  wait: z.boolean().default(false),
  skipPreflight: z.boolean().default(false),
  includeClientLimited: z.boolean().default(false),
})

export async function resumeCommand(
  { directory, options }: ResumeArguments,
  io: Io,
): Promise<ExitCode> {
  const {
    output,
    quiet,
    json,
    events,
    strict,
    wait,
    skipPreflight,
    includeClientLimited: includesClientLimited,
  } = optionsSchema.parse(options)
  const presented = { isQuiet: quiet, stdout: stdoutOf({ json, events }), includesClientLimited }
  return presentStudy(presented, io, async function* (deps) {
    const study = directory ?? (await findUnfinished(output ?? (await defaultResultsDir(io.env))))
    yield* resumeStudy(study, {
      ...deps,
      isStrict: strict,
      waitsForDevices: wait,
      skipsPreflight: skipPreflight,
      includesClientLimited,
    })
  })
}
