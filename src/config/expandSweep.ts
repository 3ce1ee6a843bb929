/** Expands shared fields and a sweep into one map of fields per experiment. Lazy: nothing holds all of them. */

import { isRecord } from '../core/json.ts'
import type { Assignment, Dimension } from './sweepDimensions.ts'

type Fields = Readonly<Record<string, unknown>>

export interface SweepParts {
  /** Fields that every experiment has, sections of backends included. */
  shared: Fields
  dimensions: readonly Dimension[]
  /** Names of all backends: a section of one goes only to its own experiments. */
  backends: readonly string[]
  defaultBackend: string
}

/** The experiments of one backend: every choice of one alternative per dimension. */
interface Branch {
  backend: unknown
  /** Those that apply here, the dimension that chose the backend first. */
  dimensions: readonly Dimension[]
}

export interface SweptFields {
  fields: Fields
  /** What the sweep set in them. */
  assignments: readonly Assignment[]
}

export interface Expansion {
  /** Number of experiments: for each backend the product of what applies to it, summed. */
  count: number
  branches: readonly Branch[]
  /** Experiments with the dimension that chooses the backend outermost and the others in the order of the file. */
  experiments(): Generator<SweptFields>
  /** A few experiments in which every alternative occurs, each beside the first ones of the other dimensions. */
  samples(): Generator<SweptFields>
}

export function expandSweep(parts: SweepParts): Expansion {
  const chooser = chooserOf(parts)
  const starts = chooser.alternatives.map((alternative) => startOf(alternative, chooser, parts))
  return {
    count: starts.reduce((sum, { rest }) => sum + sizeOf(rest), 0),
    branches: starts.map(({ backend, rest, alternative }) => ({
      backend,
      dimensions: [{ ...chooser, alternatives: [alternative] }, ...rest],
    })),
    *experiments() {
      for (const start of starts) {
        yield* product(start.rest, { fields: start.fields, assignments: start.alternative })
      }
    },
    *samples() {
      for (const start of starts) {
        for (const row of oneByOne(start.rest)) {
          const assignments = [...start.alternative, ...row]
          yield { fields: assignAll(start.fields, row), assignments }
        }
      }
    },
  }
}

/** The dimension that sets `backend`; when nothing says which backend, the ones whose own keys are swept. */
function chooserOf({ shared, dimensions }: SweepParts): Dimension {
  const chooser = dimensions.find(({ alternatives }) => alternatives.flat().some(setsBackend))
  if (chooser !== undefined) return chooser
  const implied = [
    ...new Set(dimensions.flatMap(({ backend }) => (backend === null ? [] : [backend]))),
  ]
  const isImplied = shared['backend'] === undefined && implied.length > 0
  const path = ['backend']
  return {
    key: 'backend',
    kind: 'axis',
    backend: null,
    alternatives: isImplied
      ? implied.map((value) => [{ path, value, keyAt: path, valueAt: path }])
      : [[]],
  }
}

const setsBackend = ({ path }: Assignment): boolean => path.length === 1 && path[0] === 'backend'

interface Start {
  backend: unknown
  fields: Fields
  alternative: readonly Assignment[]
  /** Dimensions to cross, without what they set for other backends. */
  rest: readonly Dimension[]
}

function startOf(alternative: readonly Assignment[], chooser: Dimension, parts: SweepParts): Start {
  const { shared, backends, dimensions, defaultBackend } = parts
  const fields = assignAll(shared, alternative)
  const backend = fields['backend'] ?? defaultBackend
  const isForeign = (key = ''): boolean => key !== backend && backends.includes(key)
  const ownPart = (one: readonly Assignment[]) => one.filter(({ path }) => !isForeign(path[0]))
  return {
    backend,
    fields: Object.fromEntries(Object.entries(fields).filter(([key]) => !isForeign(key))),
    alternative: ownPart(alternative),
    rest: dimensions
      .filter((one) => one.key !== chooser.key && !isForeign(one.backend ?? ''))
      .map((one) => ({ ...one, alternatives: one.alternatives.map(ownPart) })),
  }
}

function sizeOf(dimensions: readonly Dimension[]): number {
  return dimensions.reduce((size, { alternatives }) => size * alternatives.length, 1)
}

/**
 * Every choice of one alternative per dimension, the last dimension changing fastest. What the first ones set is the same
 * object for all that follow, so that it need be neither made nor parsed again.
 */
function* product(
  [first, ...rest]: readonly Dimension[],
  { fields, assignments }: SweptFields,
): Generator<SweptFields> {
  for (const alternative of first?.alternatives ?? [[]]) {
    const swept = {
      fields: assignAll(fields, alternative),
      assignments: [...assignments, ...alternative],
    }
    if (rest.length === 0) yield swept
    else yield* product(rest, swept)
  }
}

function* oneByOne(dimensions: readonly Dimension[]): Generator<readonly Assignment[]> {
  const first = dimensions.map(({ alternatives }) => alternatives[0] ?? [])
  yield first.flat()
  for (const [index, { alternatives }] of dimensions.entries()) {
    for (const alternative of alternatives.slice(1)) yield first.with(index, alternative).flat()
  }
}

/** A new map with the assignments made; what is not touched is shared with the old one. */
function assignAll(fields: Fields, assignments: readonly Assignment[]): Record<string, unknown> {
  return assignments.reduce<Record<string, unknown>>(
    (map, { path, value }) => assign(map, path, value),
    { ...fields },
  )
}

function assign(
  map: Fields,
  [key = '', ...rest]: readonly string[],
  value: unknown,
): Record<string, unknown> {
  if (rest.length === 0) return { ...map, [key]: value }
  const inner = map[key] ?? {}
  // What is no section stays for the schema to refuse.
  return isRecord(inner) ? { ...map, [key]: assign(inner, rest, value) } : { ...map }
}
