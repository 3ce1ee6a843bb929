/** Runs what is left of a study, one run after the other or side by side, until nothing is left or something ends it. */

import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { OutcomeSummary, RunFigures, StudyEvent, StudyStatus } from '../core/events.ts'
import { type MergedStreams, mergeStreams } from '../core/mergeStreams.ts'
import { secondsToMs } from '../core/units.ts'
import { type Warning, warn } from '../core/warnings.ts'
import { settleBeside, writeBeside } from '../store/besideFile.ts'
import { type RunPaths, runPaths } from '../store/studyDirectory.ts'
import { checkMachine } from './checkMachine.ts'
import { limitDevices } from './limitDevices.ts'
import { parsePlanned } from './parsePlanned.ts'
import type { PlannedRun } from './plannedRun.ts'
import { prepareRun } from './prepareRun.ts'
import { restBetween } from './restBetween.ts'
import { type RestOfStudy, restOfStudy } from './restOfStudy.ts'
import type { RunOutcome } from './rowOf.ts'
import { type ExperimentEvent, type PreparedRun, runExperiment } from './runExperiment.ts'
import type { SessionDeps } from './runSession.ts'
import { shareGpus } from './shareGpus.ts'
import { type ReadyRun, type StudyCourse, studyCourse } from './studyCourse.ts'
import { waitFor } from './waitFor.ts'

/** What is heard of runs and of the rest before one. */
type News =
  | { from: 'run'; run: PlannedRun; event: ExperimentEvent }
  | { from: 'study'; event: StudyEvent }
  | { from: 'rested'; ready: ReadyRun; warnings: readonly Warning[] }

interface Underway {
  paths: RunPaths
  /** Ids of the runs that have overlapped with it. */
  beside: Set<string>
}

interface Loop extends SessionDeps {
  course: StudyCourse
  rest: RestOfStudy
  streams: MergedStreams<News>
  running: Map<PlannedRun, Underway>
  keep(run: PlannedRun, outcome: RunOutcome): Promise<void>
}

/** `keep` is told of an outcome before anybody else. Nothing runs any more when this ends, however it ends. */
export async function* runPending(
  pending: readonly PlannedRun[],
  deps: SessionDeps,
  keep: Loop['keep'],
): AsyncGenerator<StudyEvent, StudyStatus> {
  const { execution } = deps.plan.settings
  const course = studyCourse(pending, await shareGpus(deps), execution)
  const rest = restOfStudy(pending, execution)
  await using streams = mergeStreams<News>()
  using _ = { [Symbol.dispose]: () => deps.stop.end('interrupted') }
  const loop = { ...deps, course, rest, streams, keep, running: new Map<PlannedRun, Underway>() }
  let isResting = false
  let left = 0
  for (;;) {
    if (!isResting) isResting = yield* beginRuns(loop)
    const news = await streams.next()
    if (news === null) break
    if (news.from === 'study') yield news.event
    else if (news.from === 'rested') {
      isResting = false
      const isReady = deps.stop.status() === null && course.isStillReady(news.ready)
      if (isReady) yield* begin(news.ready, news.warnings, loop)
    } else if (news.event.type === 'worker') {
      yield { type: 'worker', id: news.run.id, event: news.event.event }
    } else {
      const { outcome } = news.event
      if (outcome.status === 'skipped') left++
      if ((yield* endRun(news.run, outcome, loop)) === 'circuit_broken') return 'circuit_broken'
    }
  }
  const stopped = deps.stop.status()
  const isDone = course.hasBegunAll() && left === 0 && stopped !== 'failed_fast'
  return isDone ? 'completed' : (stopped ?? 'interrupted')
}

/** Begins all that may run now. True when the next one rests before it begins. */
async function* beginRuns(loop: Loop): AsyncGenerator<StudyEvent, boolean> {
  for (;;) {
    const ready = loop.stop.status() === null ? await loop.course.next() : null
    if (ready === null) return false
    if (ready.after !== null) {
      loop.streams.add(restBefore(ready, loop))
      return true
    }
    yield* begin(ready, [], loop)
  }
}

async function* restBefore(ready: ReadyRun, loop: Loop): AsyncGenerator<News> {
  const { circuit_breaker_cooldown_seconds } = loop.plan.settings.execution
  if (ready.isTrial) {
    const cooldown = waitFor('circuit_breaker', secondsToMs(circuit_breaker_cooldown_seconds), loop)
    for await (const event of cooldown) yield { from: 'study', event }
  }
  const resting = restBetween(ready, loop)
  for (;;) {
    const step = await resting.next()
    if (step.done) return yield { from: 'rested', ready, warnings: step.value }
    yield { from: 'study', event: step.value }
  }
}

async function* begin(
  ready: ReadyRun,
  warnings: readonly Warning[],
  loop: Loop,
): AsyncGenerator<StudyEvent> {
  const { run } = ready
  const { id, position: index, experiment } = run
  const { label } = experiment
  const paths = runPaths(join(loop.paths.runs, id))
  loop.course.start(ready)
  const rest = loop.rest.start(run, loop.clock.nowMs())
  for (const lock of loop.machine.locks) await lock.touch()
  yield { type: 'experimentStarted', id, index, total: loop.plan.slots.length, label, rest }
  const isBeside = loop.running.size > 0
  const found = [...warnings, ...(await checkMachine({ gpus: ready.gpus, isBeside }, loop))]
  await prepareRun(run, paths, found, loop)
  loop.running.set(run, { paths, beside: await noteBeside(id, paths, loop) })
  loop.streams.add(runOne({ ...ready, paths, hostWarnings: found }, loop))
}

/** On disk before the run begins, so that no overlap goes unsaid. */
async function noteBeside(id: string, paths: RunPaths, { running }: Loop): Promise<Set<string>> {
  const others = new Set(Array.from(running.keys(), (run) => run.id))
  for (const other of running.values()) {
    other.beside.add(id)
    await writeBeside(other.paths, other.beside)
  }
  if (others.size > 0) await writeBeside(paths, others)
  return others
}

async function* runOne(prepared: PreparedRun, loop: Loop): AsyncGenerator<News> {
  const { run } = prepared
  const { meters } = loop.machine
  const { cacheDir, clock } = loop
  const { gpu } = parsePlanned(run, loop).config
  const limited = await limitDevices(gpu, { meters, cacheDir, clock })
  try {
    for await (const event of runExperiment(prepared, loop)) {
      const causes = event.type === 'ended' ? (await limited.restore()).join('; ') : ''
      if (causes !== '') {
        const warning = warn('GPU_LIMITS_LEFT', { causes })
        yield { from: 'study', event: { type: 'studyWarned', warning } }
      }
      yield { from: 'run', run, event }
    }
  } finally {
    // Whatever was thrown.
    await limited.restore()
  }
}

async function* endRun(
  run: PlannedRun,
  found: RunOutcome,
  { course, rest, running, keep, clock, plan, stop, foretold }: Loop,
): AsyncGenerator<StudyEvent, 'go on' | 'circuit_broken'> {
  const underway = running.get(run)
  running.delete(run)
  const { status } = found
  const isForetold =
    found.status === 'failed' && found.failure.code === foretold.get(run.experiment.label)
  const verdict = course.end(run, isForetold ? 'skipped' : status, clock.nowMs())
  rest.end(run, { endedMs: clock.nowMs(), status })
  const outcome = await settled(found, underway)
  await keep(run, outcome)
  if (status === 'failed' && plan.settings.execution.fail_fast) stop.end('failed_fast')
  yield { type: 'experimentEnded', id: run.id, index: run.position, ...toldOf(outcome) }
  return verdict
}

/** What ran beside it is complete now, and belongs into its result; without one nobody asks. */
async function settled(outcome: RunOutcome, underway: Underway | undefined): Promise<RunOutcome> {
  if (underway === undefined || underway.beside.size === 0) return outcome
  if (outcome.status === 'measured') {
    return { ...outcome, result: await settleBeside(underway.paths) }
  }
  await rm(underway.paths.beside, { force: true })
  return outcome
}

/** The outcome without the result itself, which is on disk for whoever wants it, and its figures. */
function toldOf(outcome: RunOutcome): { outcome: OutcomeSummary; figures: RunFigures | null } {
  if (outcome.status !== 'measured') return { outcome, figures: null }
  const { directory, result } = outcome
  const { energyJ, isEstimate, isSynthetic, joulesPerOutputToken } = result.energy.total
  const { outputTokensPerSecond } = result.throughput
  const isClientLimited = (result.clientLimits ?? []).length > 0
  return {
    outcome: { status: 'measured', directory },
    figures: {
      energyJ,
      isEstimate,
      isSynthetic,
      joulesPerOutputToken,
      outputTokensPerSecond,
      isClientLimited,
    },
  }
}
