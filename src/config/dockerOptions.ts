/** The section `docker:` of a study file: what a container gets beyond the image. */

import { z } from 'zod'

export const dockerSchema = z.strictObject({
  memory_gib: z
    .number()
    .positive()
    .optional()
    .describe('memory limit of a container; absent: no limit but that of the machine'),
  shm_gib: z
    .number()
    .positive()
    .default(8)
    .describe('largest size of /dev/shm, which engines with several processes or GPUs use'),
  network: z
    .enum(['auto', 'on', 'off'])
    .default('auto')
    .describe('auto: only where a model or a dataset may have to be downloaded'),
})
export type DockerOptions = z.output<typeof dockerSchema>
