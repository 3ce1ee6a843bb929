/** One run on the host's side: runs its worker, and makes an outcome of whatever comes back. */

import { createWriteStream } from 'node:fs'
import { basename, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { openChannel } from '../core/channel.ts'
import { AppError } from '../core/errors.ts'
import { type Failure, type WorkerEvent, workerEventSchema } from '../core/events.ts'
import { decodeLine, encodeLine } from '../core/ndjson.ts'
import type { PhaseName } from '../core/phases.ts'
import { programs } from '../core/programs.ts'
import { secondsToMs } from '../core/units.ts'
import type { Warning } from '../core/warnings.ts'
import { loadRunner } from '../runners/registry.gen.ts'
import type { JobExit } from '../runners/runner.ts'
import { readRun } from '../store/readStudy.ts'
import type { RunPaths } from '../store/studyDirectory.ts'
import { jobNeeds } from './jobNeeds.ts'
import { keepFailure, writeFailure } from './keepFailure.ts'
import { optionsOf } from './optionsOf.ts'
import type { PlannedRun } from './plannedRun.ts'
import { requireRunner } from './requireRunner.ts'
import type { RunOutcome } from './rowOf.ts'
import type { SessionDeps } from './runSession.ts'

export type ExperimentEvent =
  | { type: 'worker'; event: WorkerEvent }
  | { type: 'ended'; outcome: RunOutcome }

export interface PreparedRun {
  run: PlannedRun
  /** UUIDs of the devices that are its own; null when it has the machine to itself. */
  gpus: readonly string[] | null
  /** Its directory, ready for the worker. */
  paths: RunPaths
  /** What the host found in its way. */
  hostWarnings: readonly Warning[]
}

/** What the worker told of itself: the evidence for a failure record. */
export interface WorkerWords {
  phase: PhaseName | null
  failure: Failure | null
  /** The end of what it wrote on stderr. */
  stderrTail: string
}

/** A worker that has delivered its result gets this long to tear down; killing it afterwards loses nothing. */
const teardownMs = 30_000

/** The last event is the outcome. When the caller stops listening, the worker is ended. */
export async function* runExperiment(
  prepared: PreparedRun,
  deps: SessionDeps,
): AsyncGenerator<ExperimentEvent> {
  const { run, paths, hostWarnings } = prepared
  if (deps.isStrict === true && hostWarnings.length > 0) {
    yield { type: 'ended', outcome: await refuse(run, paths, hostWarnings, deps) }
    return
  }
  const events = openChannel<WorkerEvent>()
  const ending = new AbortController()
  const running = startJob(prepared, {
    ...deps,
    signal: AbortSignal.any([deps.stop.signal, ending.signal]),
    onEvent: events.push,
  })
  running.then(() => events.close(), events.close)

  const log = createWriteStream(paths.events)
  // The log of events is a convenience; a disk that fills up is reported by what matters more.
  log.on('error', () => {})
  const words: WorkerWords = { phase: null, failure: null, stderrTail: '' }
  try {
    for await (const event of events) {
      log.write(encodeLine(event))
      if (event.type === 'phaseStarted') words.phase = event.phase
      if (event.type === 'failed') words.failure = event.failure
      if (event.type === 'resultWritten') endAfter(teardownMs, ending, running, deps)
      yield { type: 'worker', event }
    }
  } finally {
    log.end()
    ending.abort()
    // What it rejects with was thrown from the events already, or nobody listens any more.
    await running.catch(() => {})
  }
  const exit = await running
  yield { type: 'ended', outcome: await readOutcome({ run, paths, exit, words, deps }) }
}

interface JobDeps extends SessionDeps {
  signal: AbortSignal
  onEvent(event: WorkerEvent): void
}

async function startJob(
  { run, gpus, paths }: PreparedRun,
  { clock, env, plan, heldFiles, signal, killSignal, onEvent, ...deps }: JobDeps,
): Promise<JobExit> {
  const { id, experiment } = run
  const { declared, runner: spec } = experiment
  const runner = await requireRunner(spec.mode, deps.loadRunner ?? loadRunner)
  const { experiment_timeout_seconds, silence_timeout_seconds } = plan.settings.execution
  const dir = resolve(paths.directory)
  const { workingDirectory } = plan.source
  const needs = await jobNeeds(declared, { env, cacheDir: deps.cacheDir, workingDirectory })
  const job = {
    id,
    study: basename(deps.paths.directory),
    dir,
    argv: [process.execPath, workerFile, dir],
    workingDirectory,
    ...needs,
    env: gpus === null ? needs.env : { ...needs.env, CUDA_VISIBLE_DEVICES: gpus.join(',') },
    gpus: gpus ?? deps.gpus,
    image: spec.image,
    timeoutMs: secondsToMs(experiment_timeout_seconds),
    silenceMs: secondsToMs(silence_timeout_seconds),
    heldFiles,
  }
  const onLine = (line: string): void => {
    const event = decodeLine(line, workerEventSchema)
    if (event !== null) onEvent(event)
  }
  const options = runner.options.parse(optionsOf(spec.mode, plan.settings))
  return runner.run(job, options, {
    onLine,
    signal,
    env,
    clock,
    ...(killSignal === undefined ? {} : { killSignal }),
  })
}

const workerFile = fileURLToPath(programs.worker)

/** Aborts after a time unless the job has ended by then. */
function endAfter(
  durationMs: number,
  controller: AbortController,
  running: Promise<unknown>,
  { clock }: SessionDeps,
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

interface RunEnd {
  run: PlannedRun
  paths: RunPaths
  exit: JobExit
  words: WorkerWords
  deps: SessionDeps
}

/**
 * A result on disk counts, however its worker ended. Without one there is a failure record, unless the study itself is
 * being ended: that is no fault of the experiment, which is run again when the study is resumed.
 */
async function readOutcome({ run, paths, exit, words, deps }: RunEnd): Promise<RunOutcome> {
  const { directory } = paths
  const state = await readRun(directory).catch((thrown) => damageOf(thrown))
  if (state.status === 'measured') return { ...state, directory }
  const isStopped = exit.wasAborted && deps.stop.status() !== null
  if (isStopped) return { status: 'skipped', reason: 'it was ended before it had a result' }
  const failure = await keepFailure({
    id: run.id,
    runner: run.experiment.runner,
    paths,
    exit,
    words: {
      ...words,
      failure:
        state.status === 'damaged' ? { ...state.failure, phase: words.phase } : words.failure,
      stderrTail: exit.stderrTail,
    },
    limits: deps.plan.settings.execution,
    endedAt: deps.clock.wallDate(),
  })
  return { status: 'failed', directory, failure }
}

/** A run that something would disturb, on a machine that must be quiet. */
async function refuse(
  { id, experiment: { runner } }: PlannedRun,
  paths: RunPaths,
  warnings: readonly Warning[],
  { clock }: SessionDeps,
): Promise<RunOutcome> {
  const reasons = warnings.map(({ message }) => message)
  const { code, message, hint } = new AppError('MACHINE_NOT_QUIET', { reasons })
  const failure = { code, message, hint, phase: null }
  await writeFailure(paths, { id, runner, failure, endedAt: clock.wallDate() })
  return { status: 'failed', directory: paths.directory, failure }
}

/** A result that cannot be read must not end the study: it is a failure of this run. */
function damageOf(thrown: unknown) {
  if (!(thrown instanceof AppError) || thrown.code !== 'FILE_DAMAGED') throw thrown
  const { code, message, hint } = thrown
  return { status: 'damaged', failure: { code, message, hint } } as const
}
