/** Reads the `sweep:` section: each key becomes a dimension, a list of alternatives that set one or several fields. */

import { isRecord } from '../core/json.ts'
import { formatPath, type Problem } from '../core/problem.ts'
import { describeValue } from './describeSchema.ts'
import { isWithin } from './isWithin.ts'

type Path = readonly (string | number)[]

/** One field set by an alternative. */
export interface Assignment {
  path: readonly string[]
  value: unknown
  /** Where its key and its value stand in the study. */
  keyAt: Path
  valueAt: Path
}

export interface Dimension {
  /** The key as it was written. */
  key: string
  kind: 'axis' | 'group'
  /** Name of the backend whose experiments it applies to; null for all. */
  backend: string | null
  alternatives: readonly (readonly Assignment[])[]
}

/** Dimensions in the order of the file, and everything that is wrong with the section. */
export function sweepDimensions(
  sweep: Readonly<Record<string, unknown>>,
  backends: readonly string[],
): { dimensions: Dimension[]; problems: Problem[] } {
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
  const at = ['sweep', key]
  const path = key.split('.')
  const [first = ''] = path
  const backend = path.length > 1 && backends.includes(first) ? first : null
  if (isRecord(value)) return nestedSection(at, value)
  if (!Array.isArray(value)) {
    const only = { path, value, keyAt: at, valueAt: at }
    return { key, kind: 'axis', backend, alternatives: [[only]] }
  }
  const groupSize = value.filter(isRecord).length
  if (value.length === 0) return emptyList(at)
  if (groupSize > 0 && groupSize < value.length) return mixedList(at)
  const alternatives = value.flatMap((one, index) => {
    const valueAt = [...at, index]
    return isRecord(one) ? miniGrid(one, valueAt) : [[{ path, value: one, keyAt: at, valueAt }]]
  })
  return { key, kind: groupSize > 0 ? 'group' : 'axis', backend, alternatives }
}

function nestedSection(path: Path, section: Record<string, unknown>): Problem {
  const [inner = 'key'] = Object.keys(section)
  return {
    path,
    isKey: true,
    message: `expected a list of values, found ${describeValue(section)}`,
    hint: `reach nested fields with dots, such as "${path.at(-1)}.${inner}: [...]"; alternatives of several fields are a list of sections`,
  }
}

function emptyList(path: Path): Problem {
  return {
    path,
    message: 'expected at least one value, found an empty list',
    hint: 'an empty list leaves nothing to run: remove the key',
  }
}

function mixedList(path: Path): Problem {
  return {
    path,
    message: 'expected a list of values or a list of sections, found both in one list',
    hint: 'write every entry as a section of fields',
  }
}

/** One entry of a group: a list of scalars in it is a grid of its own, a list of lists or sections is a value. */
function miniGrid(entry: Record<string, unknown>, entryAt: Path): Assignment[][] {
  return Object.entries(entry).reduce<Assignment[][]>(
    (rows, [key, value]) => {
      const keyAt = [...entryAt, key]
      const path = key.split('.')
      const isGrid = Array.isArray(value) && value.length > 0 && !value.some(isCompound)
      const choices: Assignment[] = isGrid
        ? value.map((one, index) => ({ path, value: one, keyAt, valueAt: [...keyAt, index] }))
        : [{ path, value, keyAt, valueAt: keyAt }]
      return rows.flatMap((row) => choices.map((choice) => [...row, choice]))
    },
    [[]],
  )
}

const isCompound = (value: unknown): boolean => typeof value === 'object' && value !== null

/** Two dimensions may not set the same field, nor one a field inside what the other sets: neither could win fairly. */
function conflictsOf(dimensions: readonly Dimension[]): Problem[] {
  const owners: { path: readonly string[]; key: string }[] = []
  const problems: Problem[] = []
  for (const { key, alternatives } of dimensions) {
    const fields = distinctFields(alternatives)
    for (const { path, keyAt } of fields) {
      const rival = owners.find((other) => isWithin(path, other.path) || isWithin(other.path, path))
      if (rival === undefined) continue
      problems.push({
        path: keyAt,
        isKey: true,
        message: `expected each field to be swept once, found ${formatPath(path)} here and in ${formatPath(['sweep', rival.key])}`,
        hint: 'put the values that belong together into one group',
      })
    }
    owners.push(...fields.map(({ path }) => ({ path, key })))
  }
  return problems
}

/** The first assignment of each field. */
function distinctFields(alternatives: Dimension['alternatives']): Assignment[] {
  const fields = new Map<string, Assignment>()
  for (const assignment of alternatives.flat()) {
    const name = assignment.path.join('.')
    if (!fields.has(name)) fields.set(name, assignment)
  }
  return [...fields.values()]
}
