/** The library: measure one experiment from code, and read what was measured. */

import { defineStudy, type StudyInput } from './config/defineStudy.ts'
import type { ExperimentInput } from './config/experimentConfig.ts'
import { parseStudy } from './config/parseStudy.ts'
import { cacheDirOf } from './core/cacheDir.ts'
import { monotonicClock } from './core/clock.ts'
import type { Environment } from './core/context.ts'
import { AppError } from './core/errors.ts'
import type { OutcomeSummary, StudyEvent } from './core/events.ts'
import { loadResult } from './store/readStudy.ts'
import type { Result } from './store/resultFile.ts'
import { chooseRunners, probeDocker, requireRunner } from './study/chooseRunners.ts'
import { loadSections } from './study/loadSections.ts'
import { planStudy } from './study/planStudy.ts'
import { runStudy } from './study/runStudy.ts'

export type { AppError, ExperimentInput, Result, StudyEvent, StudyInput }
export { defineStudy, loadResult }

export interface RunOptions {
  /** Where the results directory is made; default `results` in the current directory. */
  resultsDir?: string
  /** Ends the run: what is running is ended cleanly and `runExperiment` rejects. */
  signal?: AbortSignal
  /** Environment of the worker and of the choice of runner; default that of this process. */
  env?: Environment
  /** Told of everything that happens while it runs. */
  onEvent?(event: StudyEvent): void
}

/**
 * Measures one experiment in a fresh process and resolves with its result, which also lies on disk. Every number of
 * the result carries its unit in its name (`energyJ`, `durationMs`, `outputTokensPerSecond`); null is unknown, with a
 * warning that says why.
 *
 * Rejects with an `AppError`: `CONFIG_INVALID` with every problem of `config`, `EXPERIMENT_FAILED` when there is no result.
 *
 * @example
 * const result = await runExperiment({ model: 'synthetic/smollm2-135m', n: 10, max_output_tokens: 64 })
 * console.log(result.energy.total.joulesPerOutputToken, result.energy.total.isEstimate)
 */
export async function runExperiment(
  config: ExperimentInput & Readonly<Record<string, unknown>>,
  { resultsDir = 'results', signal, env = process.env, onEvent }: RunOptions = {},
): Promise<Result> {
  const file = 'the experiment'
  const parsed = parseStudy({
    written: config,
    file,
    overrides: [],
    sections: await loadSections(),
  })
  if (!parsed.ok) throw new AppError('CONFIG_INVALID', { file, problems: parsed.problems })
  const { specs, problem } = await chooseRunners(parsed.value, { env, probeDocker })
  if (problem !== null) throw problem
  const plan = planStudy(parsed.value, (backend) => requireRunner(specs, backend))
  let outcome: OutcomeSummary | null = null
  const run = runStudy(plan, {
    clock: monotonicClock,
    env,
    signal: signal ?? new AbortController().signal,
    cacheDir: cacheDirOf(env),
    resultsDir,
  })
  for await (const event of run) {
    if (event.type === 'experimentEnded') outcome = event.outcome
    onEvent?.(event)
  }
  if (outcome?.status === 'measured') return loadResult(outcome.directory)
  const message = outcome?.status === 'failed' ? outcome.failure.message : 'it did not run'
  const hint = outcome?.status === 'failed' ? outcome.failure.hint : 'Run it again.'
  throw new AppError('EXPERIMENT_FAILED', { message, hint })
}
