/** `failure.json`: why an experiment has no result. */

import { z } from 'zod'
import { failureSchema } from '../core/events.ts'
import { runnerSpecSchema } from './experimentFile.ts'

export const failureFileSchema = z.strictObject({
  schemaVersion: z.literal(1),
  id: z.string(),
  ...failureSchema.shape,
  exitCode: z.int().nullable(),
  signal: z.string().nullable(),
  runner: runnerSpecSchema.describe('where it ran, and in which image'),
  log: z.string().describe('what the worker wrote, as a file of this directory'),
  logTail: z.array(z.string()).describe('last lines the worker and its engine wrote'),
  endedAt: z.string().describe('wall time, ISO 8601: a label'),
})
export type FailureFile = z.infer<typeof failureFileSchema>
