/** `plan.json` and `study.yaml`: everything needed to run a study, or the rest of it, without the file it was read from. */

import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import type { LoadedStudy } from '../config/parseStudy.ts'
import { type StudySettings, studyFields } from '../config/studyConfig.ts'
import { AppError } from '../core/errors.ts'
import { errorCodeOf, readJson, writeFileAtomic } from '../core/files.ts'
import { jsonDocument } from '../core/jsonDocument.ts'
import type { Problem } from '../core/problem.ts'
import { type RunnerSpec, runnerSpecSchema } from './experimentFile.ts'
import type { StudyPaths } from './studyDirectory.ts'

/** What runs, in which order, and where it was read. Small enough to hold a hundred thousand experiments. */
export interface StudyPlan {
  /** Version of llenergymeasure that planned. */
  version: string
  source: PlanSource
  /** The study as it was written, overrides applied. */
  text: string
  settings: StudySettings
  /** What the sweep varies, in the order of the file. */
  axes: readonly SweptAxis[]
  /** Fields that differ between the experiments, as dotted paths. */
  sweptFields: readonly string[]
  /** Every experiment once, however often it runs. */
  experiments: readonly PlannedExperiment[]
  /** Experiments that were declared more than once and run once. */
  merged: readonly MergedExperiment[]
  skipped: SkippedCombinations
  /** One per run, in the order they run. */
  slots: readonly Slot[]
}

export interface PlanSource {
  /** Absolute path of the study file; null for a study that lies in none. */
  file: string | null
  /** Where relative paths in the study start, as an absolute path. */
  workingDirectory: string
  /** What the command line set on top. */
  overrides: readonly { path: readonly string[]; value: unknown; origin: string }[]
}

export type SweptAxis = LoadedStudy['axes'][number]

export interface PlannedExperiment {
  label: string
  configHash: string
  backend: string
  runner: RunnerSpec
  /** What was written for it, before defaults: parsed again when it runs. */
  declared: Readonly<Record<string, unknown>>
}

export interface MergedExperiment {
  /** Which experiment, from 0. */
  index: number
  /** How many were merged into it: it was declared once more than that. */
  count: number
  /** Where the first few of those were declared. */
  origins: readonly string[]
}

/** What the sweep combines and cannot run. */
export interface SkippedCombinations {
  count: number
  /** The most frequent first; a combination can have several. `problem` is the first one of its kind. */
  reasons: readonly { count: number; problem: Problem }[]
}

export interface Slot {
  /** From 1. */
  cycle: number
  /** Which experiment, from 0. */
  index: number
}

/** Checked when an experiment runs; until then, only that it is a map. */
const declaredSchema = z.record(z.string(), z.unknown())

const problemSchema = z.strictObject({
  path: z.array(z.union([z.string(), z.int()])),
  message: z.string(),
  hint: z.string().exactOptional(),
  isKey: z.literal(true).exactOptional(),
  isPython: z.literal(true).exactOptional(),
  file: z.string().exactOptional(),
  line: z.int().exactOptional(),
  column: z.int().exactOptional(),
  origin: z.string().exactOptional(),
})

const planFileSchema = z.strictObject({
  schemaVersion: z.literal(1),
  version: z.string().describe('version of llenergymeasure that planned'),
  source: z.strictObject({
    file: z.string().nullable(),
    workingDirectory: z.string(),
    overrides: z.array(
      z.strictObject({ path: z.array(z.string()), value: z.unknown(), origin: z.string() }),
    ),
  }),
  settings: z.strictObject(studyFields),
  axes: z.array(
    z.strictObject({
      key: z.string(),
      kind: z.enum(['axis', 'group']),
      backend: z.string().nullable(),
      values: z.int(),
    }),
  ),
  sweptFields: z.array(z.string()),
  runners: z.record(z.string(), runnerSpecSchema).describe('by backend'),
  experiments: z.array(
    z.strictObject({
      label: z.string(),
      configHash: z.string(),
      backend: z.string(),
      declared: declaredSchema,
    }),
  ),
  merged: z.array(z.strictObject({ index: z.int(), count: z.int(), origins: z.array(z.string()) })),
  skipped: z.strictObject({
    count: z.int(),
    reasons: z.array(z.strictObject({ count: z.int(), problem: problemSchema })),
  }),
  slots: z.array(z.tuple([z.int().min(1), z.int().min(0)])).describe('cycle and experiment'),
})

/** `plan.json` comes last: a directory that has one is a whole study. */
export async function writePlan(paths: StudyPaths, plan: StudyPlan): Promise<void> {
  await writeFileAtomic(paths.study, plan.text)
  await writeFileAtomic(paths.plan, renderPlan(plan))
}

/** Throws `STUDY_NOT_FOUND` where there is no study, `FILE_DAMAGED` when its plan cannot be read. */
export async function readPlan(paths: StudyPaths): Promise<StudyPlan> {
  try {
    const { schemaVersion, runners, slots, ...file } = await readJson(paths.plan, planFileSchema)
    return {
      ...file,
      text: await readFile(paths.study, 'utf8'),
      experiments: file.experiments.map((experiment) => ({
        ...experiment,
        runner: runnerOf(experiment.backend, runners, paths),
      })),
      slots: slots.map(([cycle, index]) => ({ cycle, index })),
    }
  } catch (cause) {
    if (errorCodeOf(cause) !== 'ENOENT') throw cause
    throw new AppError('STUDY_NOT_FOUND', { directory: paths.directory }, { cause })
  }
}

function runnerOf(
  backend: string,
  runners: Readonly<Record<string, RunnerSpec>>,
  { plan: path }: StudyPaths,
): RunnerSpec {
  const runner = runners[backend]
  if (runner !== undefined) return runner
  throw new AppError('FILE_DAMAGED', { path, cause: `there is no runner for ${backend}` })
}

/** One line per experiment and per slot: compact, and still one that a person can look at. */
function renderPlan(plan: StudyPlan): Iterable<string> {
  const { version, source, settings, axes, sweptFields, experiments, skipped } = plan
  const runners = Object.fromEntries(experiments.map(({ backend, runner }) => [backend, runner]))
  return jsonDocument(
    { schemaVersion: 1, version, source, settings, axes, sweptFields, runners, skipped },
    planLists(plan),
  )
}

/** The long lists of a plan, each member as JSON; `more` is added to the experiment of this number. */
export function planLists(
  { experiments, merged, slots }: StudyPlan,
  more: (index: number) => object = () => ({}),
) {
  return {
    experiments: texts(experiments, ({ label, configHash, backend, declared }, index) =>
      JSON.stringify({ label, configHash, backend, declared, ...more(index) }),
    ),
    merged: texts(merged, (one) => JSON.stringify(one)),
    slots: texts(slots, ({ cycle, index }) => `[${cycle},${index}]`),
  }
}

function* texts<T>(
  members: Iterable<T>,
  render: (member: T, index: number) => string,
): Generator<string> {
  let index = 0
  for (const member of members) yield render(member, index++)
}
