/** `llem resume`: goes on with a study that has runs left, and prints what came of it as `llem run` does. */

import { z } from 'zod'
import type { ExitCode } from '../../core/errors.ts'
import { findUnfinished } from '../../study/findUnfinished.ts'
import { resumeStudy } from '../../study/resumeStudy.ts'
import { defaultResultsDir } from '../defaultResultsDir.ts'
import type { Io } from '../io.ts'
import { presentStudy } from '../presentStudy.ts'
import { readRunOptions, runOptionFields } from '../runOptions.ts'

export interface ResumeArguments {
  /** Absent: the study that ran last among those with runs left. */
  directory: string | undefined
  /** As commander parsed them. */
  options: unknown
}

const optionsSchema = z.strictObject({
  output: z.string().optional(),
  ...runOptionFields,
})

export async function resumeCommand(
  { directory, options }: ResumeArguments,
  io: Io,
): Promise<ExitCode> {
  const { output, ...shared } = optionsSchema.parse(options)
  const { presented, running } = readRunOptions(shared)
  return presentStudy(presented, io, async function* (deps) {
    const study = directory ?? (await findUnfinished(output ?? (await defaultResultsDir(io.env))))
    yield* resumeStudy(study, {
      ...deps,
      ...running,
    })
  })
}
