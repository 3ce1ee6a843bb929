/** Expands shared fields and a sweep into one map of fields per experiment. Lazy: nothing holds all of them. */

import { isRecord } from '../core/json.ts'
import type { Assignment, Dimension } from './sweepDimensions.ts'

export interface SweepParts {
  /** Fields that every experiment has, sections of backends included. */
  shared: Readonly<Record<string, unknown>>
  dimensions: readonly Dimension[]
  /** Names of all backends: a section of one goes only to its own experiments. */
  backends: readonly string[]
  defaultBackend: string
}

export interface Expansion {
  /** Number of experiments: for each backend the product of what applies to it, summed. */
  count: number
  /** Experiments with the dimension that chooses the backend outermost and the others in the order of the file. */
  experiments(): Generator<Record<string, unknown>>
}

export function expandSweep(parts: SweepParts): Expansion {
  const { dimensions, backends } = parts
  const chooser = backendChooser(parts)
  const branches = chooser.alternatives.map((alternative) => {
    const start = merge(parts.shared, alternative)
    const backend = String(start['backend'] ?? parts.defaultBackend)
    const isOwn = (one: Dimension): boolean => one.backend === null || one.backend === backend
    return {
      start: withoutForeignSections(start, backends, backend),
      isForeign: ({ path: [first = ''] }: Assignment) =>
        first !== backend && backends.includes(first),
      dimensions: dimensions.filter((one) => one.key !== chooser.key && isOwn(one)),
    }
  })
  return {
    count: branches.reduce(
      (sum, branch) =>
        sum + branch.dimensions.reduce((size, one) => size * one.alternatives.length, 1),
      0,
    ),
    *experiments() {
      for (const { start, isForeign, dimensions: own } of branches) {
        for (const row of product(own))
          yield merge(
            start,
            row.filter((one) => !isForeign(one)),
          )
      }
    },
  }
}

/** The dimension that sets `backend`; when nothing says which backend, the ones whose own keys are swept. */
function backendChooser({
  shared,
  dimensions,
}: SweepParts): Pick<Dimension, 'key' | 'alternatives'> {
  const chooser = dimensions.find(({ alternatives }) => alternatives.flat().some(setsBackend))
  if (chooser !== undefined) return chooser
  const implied = [
    ...new Set(dimensions.flatMap(({ backend }) => (backend === null ? [] : [backend]))),
  ]
  const isImplied = shared['backend'] === undefined && implied.length > 0
  return {
    key: 'backend',
    alternatives: isImplied ? implied.map((value) => [{ path: ['backend'], value }]) : [[]],
  }
}

const setsBackend = ({ path }: Assignment): boolean => path.length === 1 && path[0] === 'backend'

function withoutForeignSections(
  fields: Record<string, unknown>,
  backends: readonly string[],
  backend: string,
): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).filter(([key]) => key === backend || !backends.includes(key)),
  )
}

/** Every choice of one alternative per dimension, the last dimension changing fastest. */
function* product(dimensions: readonly Dimension[]): Generator<readonly Assignment[]> {
  const [first, ...rest] = dimensions
  if (first === undefined) {
    yield []
    return
  }
  for (const alternative of first.alternatives) {
    for (const row of product(rest)) yield [...alternative, ...row]
  }
}

/** A new map with the assignments made; what is not touched is shared with the old one. */
function merge(
  fields: Readonly<Record<string, unknown>>,
  assignments: readonly Assignment[],
): Record<string, unknown> {
  return assignments.reduce<Record<string, unknown>>(
    (map, { path, value }) => assign(map, path, value),
    { ...fields },
  )
}

function assign(
  map: Readonly<Record<string, unknown>>,
  [key = '', ...rest]: readonly string[],
  value: unknown,
): Record<string, unknown> {
  if (rest.length === 0) return { ...map, [key]: value }
  const inner = map[key]
  return { ...map, [key]: assign(isRecord(inner) ? inner : {}, rest, value) }
}
