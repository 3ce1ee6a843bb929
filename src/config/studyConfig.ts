/** What a study file may hold beside the fields of an experiment: how to run, where, and where results go. */

import { z } from 'zod'
import { experimentShape, type Sections } from './experimentSchema.ts'

export const executionSchema = z.strictObject({
  experiment_timeout_seconds: z
    .number()
    .positive()
    .default(3600)
    .describe('longest time for one experiment, launch and warm-up included'),
  silence_timeout_seconds: z
    .number()
    .positive()
    .default(300)
    .describe('longest time a worker may say nothing'),
})

export const outputSchema = z.strictObject({
  results_dir: z.string().min(1).default('results').describe('where results directories are made'),
})

const runnersMean =
  'where the worker runs, by backend: local is a fresh process, inline is this one'
const imagesMean = 'container image, by backend'

export const studyFields = {
  name: z
    .string()
    .regex(/^[\w.-]+$/, 'expected letters, digits, ".", "_" and "-" only')
    .default('study')
    .describe('name of the study: part of the name of its results directory'),
  execution: executionSchema.prefault({}).describe('limits of time'),
  output: outputSchema.prefault({}).describe('where results go'),
  runners: z.record(z.string(), z.string()).default({}).describe(runnersMean),
  images: z.record(z.string(), z.string()).default({}).describe(imagesMean),
}

const coreSchema = z.strictObject(studyFields)
/** The study's own fields with every default filled in. */
export type StudySettings = z.output<typeof coreSchema>

/** The schema of a whole study file: the fields of an experiment and, beside them, those of the study. */
export function studySchema(sections: Sections) {
  const backend = z.enum(sections.backends.map(({ name }) => name))
  return z.strictObject({
    ...experimentShape(sections),
    ...studyFields,
    runners: z
      .partialRecord(backend, z.enum(['local', 'inline']))
      .default({})
      .describe(runnersMean),
    images: z.partialRecord(backend, z.string().min(1)).default({}).describe(imagesMean),
  })
}
