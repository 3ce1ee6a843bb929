/** Reads the `sweep:` section: each key becomes a dimension, a list of alternatives that set one or several fields. */

import { isRecord } from '../core/json.ts'
import type { Problem } from '../core/problem.ts'

/** One field set by an alternative. */
export interface Assignment {
  path: readonly string[]
  value: unknown
}

export interface Dimension {
  /** The key as it was written. */
  key: string
  kind: 'axis' | 'group'
  /** Name of the backend whose experiments it applies to; null for all. */
  backend: string | null
  alternatives: readonly (readonly Assignment[])[]
}

/** Dimensions in the order of the file, or everything that is wrong with the section. */
export function sweepDimensions(
  sweep: unknown,
  backends: readonly string[],
): { dimensions: Dimension[]; problems: Problem[] } {
  if (sweep === undefined || sweep === null) return { dimensions: [], problems: [] }
  if (!isRecord(sweep)) {
    return {
      dimensions: [],
      problems: [{ path: ['sweep'], message: 'expected a map from field to list of values' }],
    }
  }
  const read = Object.entries(sweep).map(([key, value]) => readDimension(key, value, backends))
  const dimensions = read.flatMap((one) => ('alternatives' in one ? [one] : []))
  const problems = read.flatMap((one) => ('alternatives' in one ? [] : [one]))
  return { dimensions, problems: [...problems, ...conflictsOf(dimensions)] }
}

function readDimension(
  key: string,
  value: unknown,
  backends: readonly string[],
): Dimension | Problem {
  const values = Array.isArray(value) ? value : [value]
  const path = key.split('.')
  const [first = ''] = path
  const scope = path.length > 1 && backends.includes(first) ? first : null
  if (values.length === 0) {
    return {
      path: ['sweep', key],
      message: 'expected at least one value, found an empty list',
      hint: 'an empty list leaves nothing to run: remove the key',
    }
  }
  const maps = values.filter(isRecord)
  if (maps.length > 0 && maps.length < values.length) {
    return {
      path: ['sweep', key],
      message:
        'expected either a list of values (an axis) or a list of maps (a group), found both in one list',
      hint: 'write every entry as a map from field to value',
    }
  }
  return {
    key,
    kind: maps.length > 0 ? 'group' : 'axis',
    backend: scope,
    alternatives:
      maps.length > 0 ? maps.flatMap(miniGrid) : values.map((one) => [{ path, value: one }]),
  }
}

/** One entry of a group: a list of scalars in it is a grid of its own, a list of lists or maps is a value. */
function miniGrid(entry: Record<string, unknown>): Assignment[][] {
  return Object.entries(entry).reduce<Assignment[][]>(
    (rows, [key, value]) => {
      const isGrid = Array.isArray(value) && value.length > 0 && !value.some(isCompound)
      const values: unknown[] = isGrid ? value : [value]
      return rows.flatMap((row) =>
        values.map((one) => [...row, { path: key.split('.'), value: one }]),
      )
    },
    [[]],
  )
}

const isCompound = (value: unknown): boolean => typeof value === 'object' && value !== null

/** Two dimensions may not set the same field, nor one a field inside what the other sets: neither could win fairly. */
function conflictsOf(dimensions: readonly Dimension[]): Problem[] {
  const owners = new Map<string, string>()
  const problems: Problem[] = []
  for (const { key, alternatives } of dimensions) {
    const fields = new Set(alternatives.flat().map(({ path }) => path.join('.')))
    for (const field of fields) {
      const rival = [...owners].find(([other]) => isWithin(field, other) || isWithin(other, field))
      if (rival !== undefined) {
        problems.push({
          path: ['sweep', key],
          message: `expected each field to be swept once, found ${field} here and under sweep.${rival[1]}`,
          hint: 'put the values that belong together into one group',
        })
      }
    }
    for (const field of fields) owners.set(field, key)
  }
  return problems
}

const isWithin = (field: string, other: string): boolean =>
  field === other || field.startsWith(`${other}.`)
