/** The step from what was written for an experiment to what runs: every default filled in, every rule checked. */

import { type ZodType, z } from 'zod'
import { canonicalJson } from '../core/json.ts'
import type { Problem } from '../core/problem.ts'
import { contradictionsOf } from './contradictionsOf.ts'
import { experimentFields } from './experimentConfig.ts'
import {
  defaultBackend,
  type Experiment,
  energySchema,
  experimentShape,
  type Parsed,
  type Sections,
} from './experimentSchema.ts'
import { foreignSection } from './foreignSection.ts'
import { problemsOf } from './problemsOf.ts'
import { remembered, rememberedParse } from './rememberedParse.ts'
import { type SchemaNode, schemaNodeOf } from './schemaNode.ts'

type Written = Readonly<Record<string, unknown>>

export interface ExperimentParser {
  /** All problems at once, paths from the experiment's root. Sections of the result may be shared: never change them. */
  parse(written: Written): Parsed<Experiment>
  /** What is wrong with keys and values one by one: what stays wrong whatever the other values are. */
  valueProblems(written: Written): Problem[]
}

const known = new WeakMap<Sections, ExperimentParser>()

/** One for the same sections. Experiments of a study differ in few places: a section that is the same object as before is not parsed again. */
export function experimentParser(sections: Sections): ExperimentParser {
  const parser = known.get(sections) ?? makeParser(sections)
  known.set(sections, parser)
  return parser
}

function makeParser(sections: Sections): ExperimentParser {
  const fast = fastParser(sections)
  // Made when something is wrong: most of the time nothing is.
  let schema: ZodType | undefined
  const whole = () => (schema ??= z.strictObject(experimentShape(sections)))
  let node: SchemaNode | undefined
  const root = () => (node ??= schemaNodeOf(whole()))
  const issuesOf = (written: Written) => whole().safeParse(written).error?.issues ?? []
  return {
    parse(written) {
      const experiment = fast(written)
      if (experiment === null) {
        const problems = problemsOf(issuesOf(written), written, root())
        return { ok: false, problems: [...problems, ...foreignSections(written, sections)] }
      }
      const problems = ruleProblems(written, experiment, sections)
      return problems.length > 0 ? { ok: false, problems } : { ok: true, value: experiment }
    },
    valueProblems(written) {
      if (fast(written) !== null) return []
      // A refinement looks at several values together.
      const issues = issuesOf(written).filter(({ code }) => code !== 'custom')
      return problemsOf(issues, written, root())
    },
  }
}

/** Parses what is valid and says null to everything else. */
function fastParser({ backends, sources }: Sections): (written: Written) => Experiment | null {
  const coreSchema = z.object({
    ...experimentFields,
    prompt_length: remembered(experimentFields.prompt_length),
    decoder: remembered(experimentFields.decoder),
    load: remembered(experimentFields.load),
    warmup: remembered(experimentFields.warmup),
    baseline: remembered(experimentFields.baseline),
    gpu: remembered(experimentFields.gpu),
    energy: remembered(experimentFields.energy),
  })
  const optionsOf = new Map(backends.map(({ name, options }) => [name, rememberedParse(options)]))
  const wholeEnergy = rememberedParse(energySchema(sources))
  const energyOptions = rememberedParse(optionsOfSources(sources))
  const knownKeys = new Set([...Object.keys(experimentFields), ...optionsOf.keys()])

  function isSection(key: string, value: unknown): boolean {
    if (key === 'energy') return wholeEnergy(value).success
    return optionsOf.get(key)?.(value).success ?? knownKeys.has(key)
  }
  return (written) => {
    const core = coreSchema.safeParse(written)
    if (!core.success) return null
    if (!Object.entries(written).every(([key, value]) => isSection(key, value))) return null
    const chosen = optionsOf.get(core.data.backend)?.(written[core.data.backend])
    const energy = energyOptions(written['energy'])
    if (chosen?.success !== true || !energy.success) return null
    return { config: core.data, backendOptions: chosen.data, energyOptions: energy.data }
  }
}

/**
 * From the section `energy:` to the options of the sources that are not as they are by default. The others are left out,
 * so that a new source makes no experiment another one.
 */
function optionsOfSources(sources: Sections['sources']): ZodType<Record<string, unknown>> {
  return z.record(z.string(), z.unknown()).transform((written) => {
    const set = sources.flatMap(({ name, options }) => {
      if (written[name] === undefined) return []
      const chosen = options.parse(written[name])
      const isDefault = canonicalJson(chosen) === canonicalJson(options.parse({}))
      return isDefault ? [] : [[name, chosen] as const]
    })
    return Object.fromEntries(set)
  })
}

/** What is wrong with values that fit one by one. */
function ruleProblems(
  written: Written,
  { config, backendOptions }: Experiment,
  sections: Sections,
): Problem[] {
  const backend = sections.backends.find(({ name }) => name === config.backend)
  return [
    ...foreignSections(written, sections),
    ...contradictionsOf(written, config),
    ...(backend?.check?.(config, backendOptions) ?? []),
  ]
}

/** Sections of backends other than the chosen one: they would have no effect. */
function foreignSections(written: Written, { backends }: Sections): Problem[] {
  const chosen = written['backend'] ?? defaultBackend
  if (!backends.some(({ name }) => name === chosen)) return []
  return backends
    .filter(({ name }) => name !== chosen && written[name] !== undefined)
    .map(({ name }) => foreignSection([name], name, [String(chosen)]))
}
