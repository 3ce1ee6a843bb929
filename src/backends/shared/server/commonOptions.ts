/** The keys that the section of every started server has. */

import { z } from 'zod'

/** Spread into the strict object of an engine. */
export const commonOptions = {
  extra_args: z
    .array(z.string().min(1))
    .default([])
    .describe('arguments handed to the engine as they are, behind ours: for what has no key here'),
  ready_timeout_seconds: z
    .number()
    .positive()
    .default(1800)
    .describe('longest wait until the engine serves; downloads and compilation count'),
  stall_timeout_seconds: z
    .number()
    .positive()
    .default(300)
    .describe('a request to whose answer nothing was added for this long has failed'),
}

const schema = z.strictObject(commonOptions)
export type CommonOptions = z.output<typeof schema>
