/** What a study file may hold beside the fields of an experiment: how to run, where, and where results go. */

import { z } from 'zod'
import { cycleOrders } from './cycleOrders.ts'
import { dockerSchema } from './dockerOptions.ts'
import { experimentKeys, experimentShape, type Sections } from './experimentSchema.ts'
import { imageNameSchema, runnerChoiceSchema } from './runnerChoice.ts'

const gapSeconds = z.number().min(0).default(0)

const execution = z.strictObject({
  n_cycles: z.int().min(1).default(1).describe('how often the whole list of experiments runs'),
  cycle_order: z
    .enum(cycleOrders)
    .default('interleaved')
    .describe(
      'sequential: all cycles of an experiment in a row; the others finish a cycle before the next begins: ' +
        'interleaved: as written; reversed: every second cycle backwards; shuffled: drawn anew for each; ' +
        'latin_square: every experiment follows every other equally often; ' +
        'random_blocks: experiments of one backend and model stay together, blocks and members shuffled',
    ),
  shuffle_seed: z
    .int()
    .min(0)
    .max(2 ** 32 - 1)
    .optional()
    .describe('seed of shuffled orders; absent: made from the experiments of the study'),
  parallel: z
    .enum(['off', 'auto'])
    .default('off')
    .describe(
      'auto: experiments that take a stated number of GPUs run side by side, each on GPUs of its own, and begin in the same order; ' +
        'off: one after the other',
    ),
  experiment_gap_seconds: gapSeconds.describe('rest between two experiments'),
  cycle_gap_seconds: gapSeconds.describe('rest between two cycles'),
  gap_until_celsius: z
    .number()
    .positive()
    .optional()
    .describe('a rest lasts until the devices are this cool, instead of a fixed time'),
  max_consecutive_failures: z
    .int()
    .min(0)
    .default(10)
    .describe('so many failures in a row stop the study for a cooldown and one trial; 0 is never'),
  circuit_breaker_cooldown_seconds: z
    .number()
    .min(0)
    .default(60)
    .describe('rest before the one trial that decides whether the study goes on'),
  wall_clock_timeout_hours: z
    .number()
    .positive()
    .optional()
    .describe('longest time for the whole study; absent: no limit'),
  fail_fast: z.boolean().default(false).describe('the first failure ends the study'),
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

export const executionSchema = execution.refine(
  ({ parallel, cycle_order }) => parallel === 'off' || cycle_order !== 'latin_square',
  {
    path: ['parallel'],
    message: 'expected off with cycle_order latin_square, which balances what runs after what',
  },
)

export const outputSchema = z.strictObject({
  results_dir: z.string().min(1).default('results').describe('where results directories are made'),
})

const runnersMean =
  'where the worker runs, by backend: local is a fresh process, docker a fresh container, docker:<image> one of this image'
const imagesMean = 'container image, by backend'

/** How a study runs, and where. */
export const studyFields = {
  name: z
    .string()
    .regex(/^[\w.-]+$/, 'expected letters, digits, ".", "_" and "-" only')
    .default('study')
    .describe('name of the study: part of the name of its results directory'),
  execution: executionSchema.prefault({}).describe('cycles, their order, rests and limits'),
  output: outputSchema.prefault({}).describe('where results go'),
  runners: z.record(z.string(), z.string()).default({}).describe(runnersMean),
  images: z.record(z.string(), z.string()).default({}).describe(imagesMean),
  docker: dockerSchema.prefault({}).describe('what containers get'),
}

const coreSchema = z.strictObject(studyFields)
/** The study's own fields with every default filled in. */
export type StudySettings = z.output<typeof coreSchema>

/** What makes many experiments of one file. */
const expansionFields = {
  base: z
    .string()
    .min(1)
    .optional()
    .describe('another study file, relative to this one: what is written here is laid over it'),
  sweep: z
    .record(z.string(), z.unknown())
    .optional()
    .describe(
      'fields and their values, crossed: a list of values is an axis, a list of sections is a group of alternatives',
    ),
  experiments: z
    .array(z.record(z.string(), z.unknown()))
    .min(1)
    .optional()
    .describe('explicit experiments, each laid over the fields at the top level; after the sweep'),
}

/** True for the keys of a study file that are no field of an experiment. */
export function isStudyKey(key: string): boolean {
  return Object.hasOwn(studyFields, key) || Object.hasOwn(expansionFields, key)
}

/** The schema of a whole study file: the fields of an experiment and, beside them, those of the study. */
export function studySchema(sections: Sections) {
  const experiment = z.strictObject(experimentShape(sections)).partial()
  return z.strictObject({
    ...experiment.shape,
    ...shellShape(sections),
    experiments: z
      .array(experiment)
      .min(1)
      .optional()
      .describe(expansionFields.experiments.description ?? ''),
  })
}

/** The same with any value in the fields of an experiment: those are checked with what a sweep makes of them. */
export function studyShell(sections: Sections) {
  const fields = experimentKeys(sections).map((key) => [key, z.unknown().optional()])
  return z.strictObject({ ...Object.fromEntries(fields), ...shellShape(sections) })
}

function shellShape(sections: Sections) {
  const backend = z.enum(sections.backends.map(({ name }) => name))
  return {
    ...studyFields,
    ...expansionFields,
    runners: z.partialRecord(backend, runnerChoiceSchema).default({}).describe(runnersMean),
    images: z.partialRecord(backend, imageNameSchema).default({}).describe(imagesMean),
  }
}
