/** From what was written for a study to its settings and experiments, with everything that is wrong at once. */

import { stringify } from 'yaml'
import { z } from 'zod'
import type { Problem } from '../core/problem.ts'
import { checkStudy } from './checkStudy.ts'
import { type ExpandedStudy, expandStudy, type Row } from './expandStudy.ts'
import { type ExperimentParser, experimentParser } from './experimentParser.ts'
import type { Experiment, Parsed, Sections } from './experimentSchema.ts'
import { isWithin } from './isWithin.ts'
import { mergeSections } from './mergeSections.ts'
import { overrideStudy } from './overrideStudy.ts'
import type { Override } from './overrides.ts'
import { layerOf, placeProblem } from './placeProblem.ts'
import { type StudySettings, studyFields } from './studyConfig.ts'
import { type StudyLayer, studyLayer } from './studyLayer.ts'
import type { Dimension } from './sweepDimensions.ts'

type Written = Readonly<Record<string, unknown>>

/** One experiment of a study: what was written for it, and what that means or why it cannot run. */
interface Candidate {
  origin: { from: 'sweep' | 'experiments'; index: number }
  declared: Record<string, unknown>
  /** Problems have the place in the study that they stem from. */
  parsed: Parsed<Experiment>
}

export interface LoadedStudy {
  settings: StudySettings
  /** A study file that means the same: the text as it was written, or rewritten when it came from several places. */
  text: string
  /** What the sweep varies, in the order of the file. */
  axes: readonly { key: string; kind: 'axis' | 'group'; backend: string | null; values: number }[]
  /** Names of the backends, each once. */
  backends: readonly string[]
  /** Number of candidates. */
  count: number
  /** Made anew each time, one by one: the sweep, then the explicit entries. Sections of experiments are shared between them. */
  candidates(): Generator<Candidate>
}

interface StudySource {
  /** Name for messages. */
  file: string
  overrides: readonly Override[]
  sections: Sections
  /** What the study is laid over, its bases too; absent or null: nothing. */
  defaults?: StudyLayer | null
}

/** Checks a study that lies in no file: a text of YAML, or a value from code. Null when all of it comes from overrides. */
export function parseStudy({
  written,
  ...source
}: StudySource & { written: string | Written | null }): Parsed<LoadedStudy> {
  const layers = [
    ...(written === null ? [] : [studyLayer(source.file, written)]),
    ...(source.defaults ? [source.defaults] : []),
  ]
  const hasBase = layers.some(({ value }) => value['base'] !== undefined)
  const problems = hasBase ? [{ path: ['base'], message: 'expected a base in files only' }] : []
  return parseLayers({ ...source, layers, problems })
}

export interface LayeredSource extends StudySource {
  /** From the study itself down to its last base. */
  layers: readonly StudyLayer[]
  /** Why there are not all of them. */
  problems: readonly Problem[]
}

/** Problems come in the order of the files, those of overrides last. */
export function parseLayers(source: LayeredSource): Parsed<LoadedStudy> {
  const { layers, overrides, sections } = source
  const place = (problem: Problem) => placeProblem(problem, layers, overrides)
  const refuse = (problems: readonly Problem[]): Parsed<LoadedStudy> => ({
    ok: false,
    problems: distinct(problems.map(place)).sort(byPlace(layers)),
  })
  const ofTexts = [...source.problems, ...layers.flatMap(textProblems)]
  const isWhole = layers.every((layer) => layer.source?.isReadable !== false)
  if (!isWhole || source.problems.length > 0) return refuse(ofTexts)

  const names = sections.backends.map(({ name }) => name)
  const { value: written, problems: unset } = overrideStudy(mergeLayers(layers), overrides, names)
  const study = expandStudy(written, sections)
  const parser = experimentParser(sections)
  const locate = locateIn(overrides)
  const isOwn = isOwnIn(layers, overrides)
  const ofStudy = checkStudy({ written, study, sections, parser, locate, isOwn })
  const problems = [...ofTexts, ...unset, ...ofStudy]
  if (problems.length > 0) return refuse(problems)

  const candidates = () => parseRows(study, parser, (problem, row) => place(locate(problem, row)))
  const whyNone = reasonsForNone(candidates())
  if (whyNone.length > 0) return refuse(whyNone)
  const settings = z.object(studyFields).parse(written)
  const axes = study.dimensions.map(axisOf)
  const text = textOf(written, source)
  const { backends, count } = study
  return { ok: true, value: { settings, text, axes, backends, count, candidates } }
}

/** What was wrong with the texts alone. */
function textProblems({ file, source }: StudyLayer, index: number): Problem[] {
  const problems = source?.problems ?? []
  return problems.map((problem) => (index === 0 ? problem : { ...problem, file }))
}

function mergeLayers(layers: readonly StudyLayer[]): Record<string, unknown> {
  const merged = layers.map(({ value }) => value).reduceRight<Written>(mergeSections, {})
  return Object.fromEntries(Object.entries(merged).filter(([key]) => key !== 'base'))
}

/** What an override gives stands in no row, wherever the experiment came from. */
function locateIn(overrides: readonly Override[]) {
  return (problem: Problem, row: Row): Problem =>
    overrides.some(({ path }) => isWithin(problem.path, path)) ? problem : row.locate(problem)
}

function isOwnIn(layers: readonly StudyLayer[], overrides: readonly Override[]) {
  return (path: Problem['path']): boolean =>
    layerOf(layers, path)[0] === layers[0] || overrides.some((one) => isWithin(path, one.path))
}

function* parseRows(
  study: ExpandedStudy,
  parser: ExperimentParser,
  place: (problem: Problem, row: Row) => Problem,
): Generator<Candidate> {
  for (const row of study.rows()) {
    const parsed = parser.parse(row.fields)
    yield {
      origin: row.origin,
      declared: row.fields,
      parsed: parsed.ok
        ? parsed
        : { ok: false, problems: parsed.problems.map((problem) => place(problem, row)) },
    }
  }
}

/** More reasons than this say nothing new: they differ in figures only. */
const mostReasons = 20

/** Nothing as soon as one candidate can run; else what is wrong with them, each reason once. */
function reasonsForNone(candidates: Iterable<Candidate>): Problem[] {
  const reasons = new Map<string, Problem>()
  for (const { parsed } of candidates) {
    if (parsed.ok) return []
    for (const problem of parsed.problems) {
      if (reasons.size < mostReasons) reasons.set(JSON.stringify(problem), problem)
    }
  }
  return [...reasons.values()]
}

function axisOf({ key, kind, backend, alternatives }: Dimension): LoadedStudy['axes'][number] {
  return { key, kind, backend, values: alternatives.length }
}

function textOf(written: Written, { file, layers, overrides }: LayeredSource): string {
  const [only, ...bases] = layers
  if (only?.source && bases.length === 0 && overrides.length === 0) return only.source.text
  const over = bases.map((base) => ` over ${base.file}`).join('')
  const typed = ['', ...overrides.map(({ origin }) => origin)].join(' ')
  // What was typed goes into the comment on one line, whatever it holds.
  return `# ${`${file}${over}${overrides.length > 0 ? ' with' : ''}${typed}`.replace(/\s+/g, ' ')}\n${stringify(written)}`
}

/** An alias puts one mistake in several places. */
function distinct(problems: readonly Problem[]): Problem[] {
  const seen = new Set<string>()
  return problems.filter(({ file, line, column, path, message }) => {
    const key = JSON.stringify([
      file,
      line,
      column,
      line === undefined ? path : path.at(-1),
      message,
    ])
    return !seen.has(key) && seen.add(key)
  })
}

/** In the order of the files, overrides last. */
function byPlace(layers: readonly StudyLayer[]) {
  const last = Number.MAX_SAFE_INTEGER
  const rankOf = ({ file, line, origin }: Problem): readonly [number, number] => {
    const index = layers.findIndex((layer) => layer.file === file)
    return [origin === undefined ? Math.max(0, index) : last, line ?? last]
  }
  return (a: Problem, b: Problem): number => {
    const [fileA, lineA] = rankOf(a)
    const [fileB, lineB] = rankOf(b)
    return fileA - fileB || lineA - lineB || (a.column ?? 0) - (b.column ?? 0)
  }
}
