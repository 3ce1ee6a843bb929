/** `plan.json`: the experiments of a study in the order they run. */

import { z } from 'zod'
import { runnerSpecSchema } from './experimentFile.ts'

export const planFileSchema = z.strictObject({
  schemaVersion: z.literal(1),
  name: z.string(),
  version: z.string().describe('version of llenergymeasure that planned'),
  startedAt: z.string().describe('wall time, ISO 8601: a label'),
  experiments: z.array(
    z.strictObject({
      id: z.string().describe('name of the run directory'),
      cycle: z.int().min(1),
      label: z.string(),
      configHash: z.string(),
      declared: z.json(),
      runner: runnerSpecSchema,
    }),
  ),
})
