/** The library: measure one experiment or a whole study from code, and read what was measured. */

import { resolve } from 'node:path'
import { defineStudy, type StudyInput } from './config/defineStudy.ts'
import type { ExperimentInput } from './config/experimentConfig.ts'
import { loadStudy } from './config/loadStudy.ts'
import { type LoadedStudy, parseStudy } from './config/parseStudy.ts'
import { loadUserConfig } from './config/userConfig.ts'
import { cacheDirOf } from './core/cacheDir.ts'
import { monotonicClock } from './core/clock.ts'
import type { Environment } from './core/context.ts'
import { AppError } from './core/errors.ts'
import type { OutcomeSummary, StudyEvent, StudyStatus } from './core/events.ts'
import type { StudyPlan } from './store/planFile.ts'
import { loadResult } from './store/readStudy.ts'
import type { Result } from './store/resultFile.ts'
import { chooseRunners, probeDocker, specOf } from './study/chooseRunners.ts'
import { findUnfinished } from './study/findUnfinished.ts'
import { loadSections } from './study/loadSections.ts'
import { planStudy } from './study/planStudy.ts'
import { requireAllValid } from './study/planWarnings.ts'
import { resumeStudy as resumeIn } from './study/resumeStudy.ts'
import { runStudy as runPlan, type StudyDeps } from './study/runStudy.ts'

export type { AppError, ExperimentInput, Result, StudyEvent, StudyInput, StudyStatus }
export { defineStudy, loadResult }

export interface StudyOptions {
  /** Where results directories are; default the study's `output.results_dir`, or `results` where there is no study to ask. */
  resultsDir?: string
  /** Ends the study: what is running is ended cleanly, what is finished is kept, and it can be resumed. */
  signal?: AbortSignal
  /** Kills at once what `signal` is already ending. */
  killSignal?: AbortSignal
  /** Environment of the workers and of the choice of runners; default that of this process. */
  env?: Environment
  /** Refuses what is otherwise skipped (combinations that cannot run) or measured with a warning (a busy machine); default false. */
  isStrict?: boolean
  /** Waits for devices that another study measures; by default that is an error. */
  waitsForDevices?: boolean
  /** Starts no container of each image beforehand to see whether experiments can run there; default false. */
  skipsPreflight?: boolean
}

/**
 * Runs a study, from a file or from code, and yields what happens: the last event is `studyEnded`. Every outcome is on disk
 * before its `experimentEnded` is yielded. A listener that stops listening interrupts the study.
 *
 * Throws an `AppError` when it cannot begin: `CONFIG_INVALID` with every problem of the study, what keeps Docker from being
 * used where it is needed, `DEVICES_IN_USE`, `RESULTS_UNWRITABLE`. Afterwards every failure of an experiment is an outcome.
 *
 * @example
 * for await (const event of runStudy('study.yaml', { signal: AbortSignal.timeout(3_600_000) })) {
 *   if (event.type === 'experimentEnded') console.log(event.id, event.outcome.status)
 * }
 */
export function runStudy(
  study: string | StudyInput,
  options: StudyOptions = {},
): AsyncGenerator<StudyEvent> {
  return runWritten(study, options)
}

/**
 * Goes on with a study that ended early: nothing that has a result is run again, what failed is. Without a directory it is
 * the study that ran last in `resultsDir` and has something left.
 *
 * Throws an `AppError`: `STUDY_NOT_FOUND`, `NOTHING_TO_RESUME`, `STUDY_IN_USE`, and `STUDY_CHANGED` when the study file now
 * asks for other measurements; more cycles are run.
 *
 * @example
 * for await (const event of resumeStudy('results/sweep-2026-01-02T03-04-05')) console.log(event.type)
 */
export async function* resumeStudy(
  directory?: string,
  options: StudyOptions = {},
): AsyncGenerator<StudyEvent> {
  const { resultsDir = 'results' } = options
  yield* resumeIn(directory ?? (await findUnfinished(resultsDir)), depsOf(options))
}

export interface RunOptions extends StudyOptions {
  /** Told of everything that happens while it runs. */
  onEvent?(event: StudyEvent): void
}

/**
 * Measures one experiment in a fresh process and resolves with its result, which also lies on disk. Every number of
 * the result carries its unit in its name (`energyJ`, `durationMs`, `outputTokensPerSecond`); null is unknown, with a
 * warning that says why.
 *
 * Rejects with an `AppError`: `CONFIG_INVALID` with every problem of `config`, `EXPERIMENT_FAILED` when there is no result,
 * `INTERRUPTED` when `signal` came before it.
 *
 * @example
 * const result = await runExperiment({ model: 'synthetic/smollm2-135m', n: 10, max_output_tokens: 64 })
 * console.log(result.energy.total.joulesPerOutputToken, result.energy.total.isEstimate)
 */
export async function runExperiment(
  config: ExperimentInput & Readonly<Record<string, unknown>>,
  { onEvent, ...options }: RunOptions = {},
): Promise<Result> {
  let outcome: OutcomeSummary | null = null
  for await (const event of runWritten(config, options)) {
    if (event.type === 'experimentEnded') outcome = event.outcome
    onEvent?.(event)
  }
  if (outcome?.status === 'measured') return loadResult(outcome.directory)
  if (outcome?.status !== 'failed') throw new AppError('INTERRUPTED', { doing: 'measuring' })
  const { message, hint } = outcome.failure
  throw new AppError('EXPERIMENT_FAILED', { message, hint })
}

type Written = Readonly<Record<string, unknown>>

async function* runWritten(
  study: string | Written,
  options: StudyOptions,
): AsyncGenerator<StudyEvent> {
  const deps = depsOf(options)
  const plan = await planOf(study, deps.env)
  if (options.isStrict === true) requireAllValid(plan, plan.source.file ?? 'the study')
  const { resultsDir = plan.settings.output.results_dir } = options
  yield* runPlan(plan, { ...deps, resultsDir })
}

function depsOf({ signal, env = process.env, ...options }: StudyOptions): StudyDeps {
  return {
    ...options,
    clock: monotonicClock,
    env,
    signal: signal ?? new AbortController().signal,
    cacheDir: cacheDirOf(env),
  }
}

async function planOf(study: string | Written, env: Environment): Promise<StudyPlan> {
  const sections = await loadSections()
  const isFile = typeof study === 'string'
  const userConfig = await loadUserConfig(env, sections)
  const origin = { overrides: [], sections, defaults: userConfig.defaults }
  const loaded = isFile ? await loadStudy(study, origin) : parse(study)
  const { specs, problem } = await chooseRunners(loaded, userConfig, { env, probeDocker })
  if (problem !== null) throw problem
  const source = {
    file: isFile ? resolve(study) : null,
    workingDirectory: process.cwd(),
    overrides: [],
  }
  return planStudy(loaded, (backend) => specOf(specs, backend), source)

  function parse(written: Written): LoadedStudy {
    const file = 'the study'
    const parsed = parseStudy({ ...origin, written, file })
    if (parsed.ok) return parsed.value
    throw new AppError('CONFIG_INVALID', { file, problems: parsed.problems })
  }
}
