/** The type of a study that is written in code, for editors to complete and check. */

import type { z } from 'zod'
import type { ExperimentInput } from './experimentConfig.ts'
import type { executionSchema, outputSchema } from './studyConfig.ts'

/** Sections of backends stand beside the fields of an experiment, sections of energy sources in `energy`. */
type Open<T> = T & Readonly<Record<string, unknown>>
type ExperimentFields = Open<
  Partial<Omit<ExperimentInput, 'energy'>> & {
    energy?: Open<NonNullable<ExperimentInput['energy']>>
  }
>

export type StudyInput = ExperimentFields & {
  name?: string
  /** Another study file, relative to this one. */
  base?: string
  /** Fields and their values, crossed: `{ 'load.concurrency': [1, 2, 4] }`. */
  sweep?: Readonly<Record<string, unknown>>
  /** Explicit experiments, each laid over the fields above. */
  experiments?: readonly ExperimentFields[]
  execution?: z.input<typeof executionSchema>
  output?: z.input<typeof outputSchema>
  /** By the name of a backend. */
  runners?: Readonly<Record<string, string>>
  images?: Readonly<Record<string, string>>
}

/**
 * A study file in code: `export default defineStudy({ ... })` in `my.study.mjs` is run with `llem run my.study.mjs`.
 * Returns what it was given.
 *
 * @example
 * export default defineStudy({
 *   model: 'synthetic/smollm2-135m',
 *   sweep: { 'load.concurrency': [1, 2, 4].map((power) => 2 ** power) },
 * })
 */
export function defineStudy(study: StudyInput): StudyInput {
  return study
}
