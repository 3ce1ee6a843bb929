/**
 * Finds what is wrong with a study whatever is combined: unknown keys, values that fit nowhere, what would never be used.
 * What only a combination makes wrong is left to the experiment that combines it.
 */

import { isRecord } from '../core/json.ts'
import { formatPath, type Problem } from '../core/problem.ts'
import { describeValue } from './describeSchema.ts'
import type { ExpandedStudy, Row } from './expandStudy.ts'
import type { ExperimentParser } from './experimentParser.ts'
import type { Sections } from './experimentSchema.ts'
import { foreignSection } from './foreignSection.ts'
import { isWithin } from './isWithin.ts'
import { problemsOf } from './problemsOf.ts'
import { schemaNodeOf } from './schemaNode.ts'
import { isStudyKey, studySchema, studyShell } from './studyConfig.ts'
import type { Dimension } from './sweepDimensions.ts'
import { hasAt, trailAt, valueAt } from './valueAt.ts'

export interface StudyParts {
  written: Readonly<Record<string, unknown>>
  study: ExpandedStudy
  sections: Sections
  parser: ExperimentParser
  /** Where in the study a problem of a row stands. */
  locate(problem: Problem, row: Row): Problem
  /** Whether the study says so itself, and did not take it over from its base. */
  isOwn(path: Problem['path']): boolean
}

/** Paths are those of the study. */
export function checkStudy(parts: StudyParts): Problem[] {
  const problems = [
    ...rowProblems(parts),
    ...shellProblems(parts),
    ...parts.study.problems,
    ...shadowedTexts(parts),
    ...shadowedValues(parts),
    ...unusedSections(parts),
  ]
  // What seems to be missing is there, in the spelling of the Python tool.
  const isPython = problems.some((problem) => problem.isPython)
  return isPython ? problems.filter(({ message }) => !message.endsWith('is required')) : problems
}

/** Everything but the fields of experiments, and top-level keys that nobody knows. */
function shellProblems({ written, sections }: StudyParts): Problem[] {
  const { error } = studyShell(sections).safeParse(written)
  if (error === undefined) return []
  return problemsOf(error.issues, written, schemaNodeOf(studySchema(sections)))
}

/** `decoder: greedy` beside a sweep of `decoder.top_k` would vanish without a word. */
function shadowedTexts({ study: { shared, dimensions } }: StudyParts): Problem[] {
  return dimensions.flatMap(({ alternatives }) =>
    alternatives.flat().flatMap(({ path }) => {
      const trail = trailAt(shared, path.slice(0, -1))
      const at = trail.findIndex((value) => !isRecord(value))
      if (at < 0) return []
      const message = `expected a section of keys, found ${describeValue(trail[at])}`
      return [{ path: path.slice(0, at + 1), message }]
    }),
  )
}

/** A wrong value that the sweep or an entry replaces is wrong all the same. */
function shadowedValues({ study: { shared, dimensions, entries }, parser }: StudyParts): Problem[] {
  const swept = dimensions.flatMap(({ alternatives }) => alternatives.flat())
  return parser
    .valueProblems(shared)
    .filter(({ path }) => hasAt(shared, path))
    .filter(
      ({ path }) =>
        swept.some((one) => isWithin(path, one.path)) ||
        entries.some(({ fields }) => valueAt(fields, path) !== valueAt(shared, path)),
    )
}

function rowProblems({ study, parser, locate }: StudyParts): Problem[] {
  return [...study.samples()].flatMap((row) =>
    parser
      .valueProblems(row.fields)
      .map((problem) => withSweep(withDefault(locate(withHome(problem), row), row), row))
      // `shellProblems` knows all the keys that may stand at the top level.
      .filter(({ path, isKey }) => isKey !== true || path.length > 1),
  )
}

/** Keys of the study are unknown in an experiment; what they need is their place. */
function withHome(problem: Problem): Problem {
  const [key] = problem.path
  const isMisplaced = problem.isKey === true && problem.path.length === 1 && isStudyKey(String(key))
  return isMisplaced ? { ...problem, hint: `${key} belongs at the top level` } : problem
}

/** An axis has no way to say "as by default"; a group has. */
function withDefault(problem: Problem, { origin }: Row): Problem {
  const isEmptyValue = origin.from === 'sweep' && problem.path[0] === 'sweep' && !problem.isKey
  if (!isEmptyValue || !problem.message.endsWith('found nothing')) return problem
  return { ...problem, hint: 'for the default, write a group of sections with {} among them' }
}

/** A list where one value belongs is what many write who want each of them. */
function withSweep(problem: Problem, { origin, fields }: Row): Problem {
  const { path, message } = problem
  const value = valueAt(fields, path)
  const isMeant = Array.isArray(value) && value.length > 0 && value.every(isScalar)
  // In the sweep itself such a list is one value.
  if (!isMeant || origin.from !== 'sweep' || path[0] === 'sweep') return problem
  if (/^expected a (list|section)/.test(message)) return problem
  const shown = value.slice(0, 4).map((one) => JSON.stringify(one))
  const values = [...shown, ...(value.length > 4 ? ['...'] : [])].join(', ')
  return { ...problem, hint: `to measure each, write sweep: {${formatPath(path)}: [${values}]}` }
}

const isScalar = (value: unknown): boolean => typeof value !== 'object' && value !== undefined

/** What is written for a backend that no experiment uses, here or in the part of the sweep where it stands. */
function unusedSections({ written, study, sections, parser, isOwn }: StudyParts): Problem[] {
  const names = sections.backends.map(({ name }) => name)
  const used = [...study.backends]
  if (!used.every((backend) => names.includes(backend))) return []
  const unused = names.filter((name) => !used.includes(name))
  const atTop = unused
    .filter((name) => written[name] !== undefined)
    .flatMap((name) => [
      foreignSection([name], name, used),
      ...parser
        .valueProblems({ backend: name, [name]: written[name] })
        .filter(({ path }) => path[0] === name),
    ])
  const inSweep = study.dimensions.flatMap((dimension) =>
    unusedIn(dimension, { study, names, used }),
  )
  return [...atTop, ...inSweep].filter(({ path }) => isOwn(path))
}

function unusedIn(
  { key, backend, alternatives }: Dimension,
  { study, names, used }: { study: ExpandedStudy; names: string[]; used: string[] },
): Problem[] {
  if (backend !== null && !used.includes(backend))
    return [foreignSection(['sweep', key], backend, used)]
  const reached = new Set(
    study.sweep?.branches.flatMap(({ dimensions }) =>
      dimensions.flatMap((dimension) => dimension.alternatives.flat()),
    ),
  )
  return alternatives
    .flat()
    .filter((one) => names.includes(one.path[0] ?? '') && !reached.has(one))
    .map(({ keyAt, path: [name = ''] }) =>
      foreignSection(keyAt, name, backend === null ? used : [backend]),
    )
}
