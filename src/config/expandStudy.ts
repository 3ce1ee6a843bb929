/** From a study as it was written to its experiments, one row of fields each: the sweep first, then the explicit entries. */

import { isRecord } from '../core/json.ts'
import type { Problem } from '../core/problem.ts'
import { type Expansion, expandSweep, type SweptFields } from './expandSweep.ts'
import { defaultBackend, type Sections } from './experimentSchema.ts'
import { isWithin } from './isWithin.ts'
import { mergeSections } from './mergeSections.ts'
import { isStudyKey } from './studyConfig.ts'
import { type Assignment, type Dimension, sweepDimensions } from './sweepDimensions.ts'
import { hasAt } from './valueAt.ts'

type Fields = Readonly<Record<string, unknown>>

/** One experiment before it is parsed. */
export interface Row {
  origin: { from: 'sweep' | 'experiments'; index: number }
  fields: Fields
  /** Finds where in the study a problem of this experiment stands. */
  locate(problem: Problem): Problem
}

export interface ExpandedStudy {
  /** Fields that all experiments share. */
  shared: Fields
  dimensions: readonly Dimension[]
  sweep: Expansion | null
  entries: readonly Row[]
  /** Names of the backends, each once. */
  backends: readonly string[]
  count: number
  rows(): Generator<Row>
  /** Enough rows to see every single value once. */
  samples(): Generator<Row>
  /** What is wrong with the sweep itself. */
  problems: readonly Problem[]
}

/** A file with neither a sweep nor entries is a study of one experiment. */
export function expandStudy(written: Fields, sections: Sections): ExpandedStudy {
  const backends = sections.backends.map(({ name }) => name)
  const shared = Object.fromEntries(Object.entries(written).filter(([key]) => !isStudyKey(key)))
  const { sweep: sweepWritten, experiments } = written
  const { dimensions, problems } = sweepDimensions(
    isRecord(sweepWritten) ? sweepWritten : {},
    backends,
  )
  const isSwept = sweepWritten !== undefined || experiments === undefined
  const sweep = isSwept ? expandSweep({ shared, dimensions, backends, defaultBackend }) : null
  const entries = (Array.isArray(experiments) ? experiments : []).flatMap((entry, index) =>
    isRecord(entry) ? [entryRow({ entry, index, shared, backends })] : [],
  )
  const rowOf = (swept: SweptFields, index: number) => sweptRow(swept, index, shared)
  return {
    shared,
    dimensions,
    sweep,
    entries,
    backends: backendsOf(sweep, entries),
    problems,
    count: (sweep?.count ?? 0) + entries.length,
    *rows() {
      let index = 0
      for (const swept of sweep?.experiments() ?? []) yield rowOf(swept, index++)
      yield* entries
    },
    *samples() {
      for (const swept of sweep?.samples() ?? []) yield rowOf(swept, 0)
      yield* entries
    },
  }
}

function backendsOf(sweep: Expansion | null, entries: readonly Row[]): string[] {
  const swept = (sweep?.branches ?? []).map(({ backend }) => backend)
  const explicit = entries.map(({ fields }) => fields['backend'] ?? defaultBackend)
  return [...new Set([...swept, ...explicit])].map(String)
}

function sweptRow({ fields, assignments }: SweptFields, index: number, shared: Fields): Row {
  return {
    origin: { from: 'sweep', index },
    fields,
    locate: (problem) => locateSwept(problem, assignments, shared),
  }
}

/** A problem of what the sweep set stands there; every other one stands in the shared fields. */
function locateSwept(
  problem: Problem,
  assignments: readonly Assignment[],
  shared: Fields,
): Problem {
  const { path } = problem
  const setter = assignments.findLast((one) => isWithin(path, one.path))
  if (setter !== undefined) {
    const rest = path.slice(setter.path.length)
    const isKey = problem.isKey === true && rest.length === 0
    return { ...problem, path: isKey ? setter.keyAt : [...setter.valueAt, ...rest] }
  }
  // A section that the sweep made, such as `decodr` by `decodr.top_k`.
  const maker = assignments.findLast((one) => isWithin(one.path, path))
  if (maker === undefined || hasAt(shared, path)) return problem
  return { ...problem, path: maker.keyAt, isKey: true }
}

interface EntryParts {
  entry: Fields
  index: number
  shared: Fields
  backends: readonly string[]
}

/** Shared sections of other backends are left out; one in the entry itself stays, and makes it invalid. */
function entryRow({ entry, index, shared, backends }: EntryParts): Row {
  const backend = entry['backend'] ?? shared['backend'] ?? defaultBackend
  const below = Object.entries(shared).filter(([key]) => key === backend || !backends.includes(key))
  return {
    origin: { from: 'experiments', index },
    fields: mergeSections(Object.fromEntries(below), entry),
    locate(problem) {
      const { path } = problem
      const isShared = hasAt(shared, path) && !hasAt(entry, path)
      return isShared ? problem : { ...problem, path: ['experiments', index, ...path] }
    },
  }
}
