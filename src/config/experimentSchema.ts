/** The schema of one experiment: the core fields plus the sections that plug-ins bring, and the step from what was written to what runs. */

import { type ZodObject, type ZodType, z } from 'zod'
import { isRecord } from '../core/json.ts'
import type { Problem } from '../core/problem.ts'
import { contradictionsOf } from './contradictionsOf.ts'
import { type ExperimentConfig, energyFields, experimentFields } from './experimentConfig.ts'
import { problemsOf } from './problemsOf.ts'

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

/**
 * Checks what was written for one experiment and fills in every default. Reports all problems at once.
 * `schema` may allow further keys beside those of an experiment; they are not part of the result.
 */
export function parseExperiment(
  written: unknown,
  sections: Sections,
  schema: ZodObject = z.strictObject(experimentShape(sections)),
): Parsed<Experiment> {
  const foreign = foreignSections(written, sections)
  const parsed = schema.safeParse(written)
  if (!parsed.success)
    return { ok: false, problems: [...problemsOf(parsed.error, written, schema), ...foreign] }
  const config = z.object(experimentFields).parse(parsed.data)
  const backend = sections.backends.find(({ name }) => name === config.backend)
  const backendOptions = backend?.options.parse(parsed.data[config.backend] ?? {})
  const problems = [
    ...foreign,
    ...contradictionsOf(written, config),
    ...(backend?.check?.(config, backendOptions) ?? []),
  ]
  if (problems.length > 0) return { ok: false, problems }
  const energy = isRecord(parsed.data['energy']) ? parsed.data['energy'] : {}
  const energyOptions = Object.fromEntries(
    sections.sources.map(({ name, options }) => [name, options.parse(energy[name] ?? {})]),
  )
  return { ok: true, value: { config, backendOptions, energyOptions } }
}

/** Sections of backends other than the chosen one: they would have no effect. */
function foreignSections(written: unknown, { backends }: Sections): Problem[] {
  if (!isRecord(written)) return []
  const chosen = experimentFields.backend.safeParse(written['backend']).data
  if (!backends.some(({ name }) => name === chosen)) return []
  return backends
    .filter(({ name }) => name !== chosen && written[name] !== undefined)
    .map(({ name }) => ({
      path: [name],
      isKey: true,
      message: `expected no section of another backend, found ${name} while backend is ${chosen}`,
      hint: `remove it, or set backend: ${name}`,
    }))
}

function sectionShape(sections: readonly Section[]): Record<string, ZodType> {
  return Object.fromEntries(
    sections.map(({ name, title, options }) => [
      name,
      options.optional().describe(`options of ${title}`),
    ]),
  )
}
