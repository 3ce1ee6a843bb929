/** The schema of one experiment: the core fields plus the sections that plug-ins bring, and the step from what was written to what runs. */

import { type ZodType, z } from 'zod'
import { isRecord } from '../core/json.ts'
import type { Problem } from '../core/problem.ts'
import { type ExperimentConfig, energyFields, experimentFields } from './experimentConfig.ts'
import { problemsOf } from './problemsOf.ts'

/** A plug-in as far as configuration knows it: a name and the schema of its section. */
export interface Section {
  name: string
  title: string
  options: ZodType
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
  /** Options of every energy source by name. */
  energyOptions: Readonly<Record<string, unknown>>
}

export type Parsed<T> = { ok: true; value: T } | { ok: false; problems: Problem[] }

/** The fields of one experiment in a file: to be made strict, alone or with the fields of a study beside them. */
export function experimentShape({ backends, sources }: Sections): Record<string, ZodType> {
  return {
    ...experimentFields,
    backend: z
      .enum(backends.map(({ name }) => name))
      .default('llamacpp')
      .describe('what generates the tokens'),
    energy: z
      .strictObject({ ...energyFields(sources.map(({ name }) => name)), ...sectionShape(sources) })
      .prefault({})
      .describe('what reads the joules, and how often'),
    ...sectionShape(backends),
  }
}

/** Checks what was written for one experiment and fills in every default. Reports all problems at once. */
export function parseExperiment(written: unknown, sections: Sections): Parsed<Experiment> {
  const schema = z.strictObject(experimentShape(sections))
  const parsed = schema.safeParse(written)
  if (!parsed.success) return { ok: false, problems: problemsOf(parsed.error, written, schema) }
  const config = z.object(experimentFields).parse(parsed.data)
  const foreign = sections.backends.filter(
    ({ name }) => name !== config.backend && parsed.data[name] !== undefined,
  )
  if (foreign.length > 0) {
    return {
      ok: false,
      problems: foreign.map(({ name }) => ({
        path: [name],
        message: `expected no section of another backend, found ${name} while backend is ${config.backend}`,
        hint: `remove it, or set backend: ${name}`,
      })),
    }
  }
  const backend = sections.backends.find(({ name }) => name === config.backend)
  const energy = isRecord(parsed.data['energy']) ? parsed.data['energy'] : {}
  return {
    ok: true,
    value: {
      config,
      backendOptions: backend?.options.parse(parsed.data[config.backend] ?? {}),
      energyOptions: Object.fromEntries(
        sections.sources.map(({ name, options }) => [name, options.parse(energy[name] ?? {})]),
      ),
    },
  }
}

function sectionShape(sections: readonly Section[]): Record<string, ZodType> {
  return Object.fromEntries(
    sections.map(({ name, title, options }) => [
      name,
      options.optional().describe(`options of ${title}`),
    ]),
  )
}
