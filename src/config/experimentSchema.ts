/** The schema of one experiment: the core fields plus the sections that plug-ins bring. */

import { type ZodType, z } from 'zod'
import type { Problem } from '../core/problem.ts'
import { type ExperimentConfig, energyFields, experimentFields } from './experimentConfig.ts'

/** A plug-in as far as configuration knows it: a name and the schema of its section. */
interface Section {
  name: string
  title: string
  options: ZodType
  /** What the plug-in would reject although each value fits by itself. Paths start at the experiment's root. */
  check?(config: ExperimentConfig, options: unknown): Problem[]
}

/** The sections a study file may have: one per backend at the top, one per energy source under `energy`. */
export interface Sections {
  backends: readonly Section[]
  sources: readonly Section[]
}

/** One experiment, ready to run: every default filled in. */
export interface Experiment {
  config: ExperimentConfig
  /** Options of `config.backend`, as its own schema returned them. */
  backendOptions: unknown
  /** Options of energy sources by name; a source that is not there has its defaults. */
  energyOptions: Readonly<Record<string, unknown>>
}

export type Parsed<T> = { ok: true; value: T } | { ok: false; problems: Problem[] }

/** The fields of one experiment in a file: to be made strict, alone or with the fields of a study beside them. */
export function experimentShape({ backends, sources }: Sections): Record<string, ZodType> {
  return {
    ...experimentFields,
    backend: z
      .enum(backends.map(({ name }) => name))
      .default(defaultBackend)
      .describe('what generates the tokens'),
    energy: energySchema(sources),
    ...sectionShape(backends),
  }
}

/** The keys of that shape. */
export function experimentKeys({ backends }: Sections): string[] {
  return [
    ...Object.keys(experimentFields),
    'backend',
    'energy',
    ...backends.map(({ name }) => name),
  ]
}

export const defaultBackend = 'llamacpp'

/** The section `energy:` with the sections of the sources below it. */
export function energySchema(sources: Sections['sources']) {
  return z
    .strictObject({ ...energyFields(sources.map(({ name }) => name)), ...sectionShape(sources) })
    .prefault({})
    .describe('what reads the joules, and how often')
}

function sectionShape(sections: readonly Section[]): Record<string, ZodType> {
  return Object.fromEntries(
    sections.map(({ name, title, options }) => [
      name,
      options.optional().describe(`options of ${title}`),
    ]),
  )
}
