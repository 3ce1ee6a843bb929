/** `experiment.json`: what the host hands to a worker. The whole input of one run. */

import { z } from 'zod'
import { experimentFields } from '../config/experimentConfig.ts'
import { warningSchema } from '../core/warnings.ts'

export const runnerSpecSchema = z.strictObject({
  mode: z.enum(['local', 'docker', 'slurm']).describe('where the worker runs'),
  image: z
    .strictObject({
      name: z.string().describe('as it was asked for'),
      source: z
        .enum(['env', 'study', 'runner', 'user_config', 'default'])
        .describe('who named it; runner: it stands behind docker: in the choice of the runner'),
      id: z.string().nullable().describe('what the name stood for; null before it was looked up'),
      digest: z
        .string()
        .nullable()
        .describe('name@sha256 in its registry; null for an image that was made here'),
    })
    .nullable()
    .describe('container image; null outside containers'),
  source: z
    .enum(['env', 'study', 'user_config', 'elevated', 'detected', 'default'])
    .describe('who decided; elevated: several backends in one study'),
})
export type RunnerSpec = z.infer<typeof runnerSpecSchema>

export const experimentFileSchema = z.strictObject({
  schemaVersion: z.literal(1).describe('version of this format'),
  id: z.string().describe('name of the run directory'),
  configHash: z.string().describe('SHA-256 of everything that changes the measurement'),
  cycle: z.int().min(1).describe('which repetition of the experiment, from 1'),
  label: z.string().describe('short text that tells this experiment from its neighbors'),
  declared: z.json().describe('what was written for this experiment, before defaults'),
  config: z.object(experimentFields).describe('core fields with every default filled in'),
  backendOptions: z.json().describe('options of the backend with every default filled in'),
  energyOptions: z
    .record(z.string(), z.json())
    .describe('options of energy sources that are not at their defaults'),
  runner: runnerSpecSchema.describe('where it ran, and why there'),
  cacheDir: z.string().describe('where models are kept between runs, as the worker sees it'),
  hostWarnings: z
    .array(warningSchema)
    .describe('what the host found in the way just before the run began'),
})
export type ExperimentFile = z.infer<typeof experimentFileSchema>
