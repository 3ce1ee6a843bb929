/** The flags that `llem run` and `llem resume` share, as commander parsed them, and what they mean. */

import { z } from 'zod'
import { stdoutOf } from './stdoutOf.ts'

const flag = z.boolean().default(false)

export const runOptionFields = {
  quiet: flag,
  json: flag,
  events: flag,
  strict: flag,
  wait: flag,
  skipPreflight: flag,
  includeClientLimited: flag,
}

/** What is shown, and how the study is run. */
export function readRunOptions(options: z.output<z.ZodObject<typeof runOptionFields>>) {
  const { quiet: isQuiet, includeClientLimited: includesClientLimited } = options
  return {
    presented: { isQuiet, stdout: stdoutOf(options), includesClientLimited },
    running: {
      isStrict: options.strict,
      waitsForDevices: options.wait,
      skipsPreflight: options.skipPreflight,
      includesClientLimited,
    },
  }
}
