/** One experiment on the host's side: writes its file, runs its worker, and makes an outcome of whatever comes back. */

import { createWriteStream } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { StudySettings } from '../config/studyConfig.ts'
import { openChannel } from '../core/channel.ts'
import { AppError } from '../core/errors.ts'
import {
  type Failure,
  type OutcomeSummary,
  type WorkerEvent,
  workerEventSchema,
} from '../core/events.ts'
import { writeError, writeJson } from '../core/files.ts'
import { toJson } from '../core/json.ts'
import { makeDirectory } from '../core/makeDirectory.ts'
import { decodeLine, encodeLine } from '../core/ndjson.ts'
import type { PhaseName } from '../core/phases.ts'
import { programs } from '../core/programs.ts'
import { secondsToMs } from '../core/units.ts'
import { loadRunner } from '../runners/registry.gen.ts'
import type { JobExit } from '../runners/runner.ts'
import { experimentFileSchema } from '../store/experimentFile.ts'
import { readRun } from '../store/readStudy.ts'
import { type RunPaths, runPaths, type StudyPaths } from '../store/studyDirectory.ts'
import { jobEnvironment } from './jobEnvironment.ts'
import { keepFailure } from './keepFailure.ts'
import type { PlannedExperiment } from './planStudy.ts'
import type { StudyDeps } from './runStudy.ts'

export type ExperimentEvent =
  | { type: 'worker'; event: WorkerEvent }
  | { type: 'ended'; outcome: OutcomeSummary }

/** What the worker told of itself: the evidence for a failure record. */
export interface WorkerWords {
  phase: PhaseName | null
  failure: Failure | null
  /** The end of what it wrote on stderr. */
  stderrTail: string
}

/** A worker that has delivered its result gets this long to tear down; killing it afterwards loses nothing. */
const teardownMs = 30_000

export async function* runExperiment(
  planned: PlannedExperiment,
  settings: StudySettings,
  study: StudyPaths,
  deps: StudyDeps,
): AsyncGenerator<ExperimentEvent> {
  const paths = runPaths(join(study.runs, planned.id))
  await prepareRun(planned, paths, deps)
  const events = openChannel<WorkerEvent>()
  const delivered = new AbortController()
  const running = startJob(planned, settings, paths, {
    ...deps,
    signal: AbortSignal.any([deps.signal, delivered.signal]),
    onEvent: events.push,
  })
  running.then(() => events.close(), events.close)

  const log = createWriteStream(paths.events)
  // The log of events is a convenience; a disk that fills up is reported by what matters more.
  log.on('error', () => {})
  const words: WorkerWords = { phase: null, failure: null, stderrTail: '' }
  for await (const event of events) {
    log.write(encodeLine(event))
    if (event.type === 'phaseStarted') words.phase = event.phase
    if (event.type === 'failed') words.failure = event.failure
    if (event.type === 'resultWritten') endAfter(teardownMs, delivered, running, deps)
    yield { type: 'worker', event }
  }
  log.end()
  const exit = await running
  yield { type: 'ended', outcome: await readOutcome(planned, settings, paths, exit, words, deps) }
}

async function prepareRun(
  planned: PlannedExperiment,
  paths: RunPaths,
  deps: StudyDeps,
): Promise<void> {
  const { experiment, id, configHash, cycle, label, declared, runner } = planned
  await makeDirectory(paths.directory).catch((cause) => {
    throw writeError(paths.experiment, cause)
  })
  await writeJson(paths.experiment, experimentFileSchema, {
    schemaVersion: 1,
    id,
    configHash,
    cycle,
    label,
    declared: toJson(declared),
    config: experiment.config,
    backendOptions: toJson(experiment.backendOptions),
    energyOptions: Object.fromEntries(
      Object.entries(experiment.energyOptions).map(([name, options]) => [name, toJson(options)]),
    ),
    runner,
    cacheDir: deps.cacheDir,
  })
}

interface JobDeps extends StudyDeps {
  onEvent(event: WorkerEvent): void
}

async function startJob(
  { id, runner: spec }: PlannedExperiment,
  { execution }: StudySettings,
  paths: RunPaths,
  { clock, env, signal, onEvent }: JobDeps,
): Promise<JobExit> {
  const runner = await loadRunner(spec.mode)
  if (runner === null) {
    throw new AppError('RUNNER_UNAVAILABLE', {
      runner: spec.mode,
      reason: 'there is no runner of this name',
      fix: '`llem list runners` shows all.',
    })
  }
  const job = {
    id,
    dir: paths.directory,
    argv: [process.execPath, workerFile, paths.directory],
    env: jobEnvironment(env),
    image: spec.image?.id ?? spec.image?.name ?? null,
    timeoutMs: secondsToMs(execution.experiment_timeout_seconds),
    silenceMs: secondsToMs(execution.silence_timeout_seconds),
  }
  const onLine = (line: string): void => {
    const event = decodeLine(line, workerEventSchema)
    if (event !== null) onEvent(event)
  }
  return runner.run(job, runner.options.parse({}), { onLine, signal, clock })
}

const workerFile = fileURLToPath(programs.worker)

/** Aborts after a time unless the job has ended by then. */
function endAfter(
  durationMs: number,
  controller: AbortController,
  running: Promise<unknown>,
  { clock }: StudyDeps,
): void {
  const over = new AbortController()
  const stop = (): void => over.abort()
  running.then(stop, stop)
  // The sleep is ended by `over` when the job ends first, which is what should happen.
  clock.sleep(durationMs, over.signal).then(
    () => controller.abort(),
    () => {},
  )
}

/** A result on disk counts, however its worker ended; without one there is a failure record. */
async function readOutcome(
  planned: PlannedExperiment,
  settings: StudySettings,
  paths: RunPaths,
  exit: JobExit,
  words: WorkerWords,
  deps: StudyDeps,
): Promise<OutcomeSummary> {
  const { directory } = paths
  const state = await readRun(directory)
  if (state.status === 'measured') return { status: 'measured', directory }
  const failure = await keepFailure({
    id: planned.id,
    paths,
    exit,
    words: { ...words, stderrTail: exit.stderrTail },
    limits: settings.execution,
    endedAt: deps.clock.wallDate(),
  })
  return { status: 'failed', directory, failure }
}
