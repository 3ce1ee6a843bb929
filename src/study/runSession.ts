/** Runs what a study has left, from here to an end that is written down once: everything done, or what ended it. */

import type { ExperimentParser } from '../config/experimentParser.ts'
import { AppError } from '../core/errors.ts'
import type {
  OutcomeSummary,
  RestEstimate,
  RunFigures,
  StudyEvent,
  StudyStatus,
} from '../core/events.ts'
import { secondsToMs } from '../core/units.ts'
import { type Warning, warn } from '../core/warnings.ts'
import { openSummary } from '../store/openSummary.ts'
import type { StudyPlan } from '../store/planFile.ts'
import { openSession } from '../store/statusFile.ts'
import type { StudyPaths } from '../store/studyDirectory.ts'
import { checkMachine } from './checkMachine.ts'
import { circuitBreaker } from './circuitBreaker.ts'
import type { Machine } from './claimMachine.ts'
import { limitDevices } from './limitDevices.ts'
import type { StudyLock } from './lockStudy.ts'
import { parsePlanned } from './parsePlanned.ts'
import type { PlannedRun } from './plannedRun.ts'
import { planWarnings } from './planWarnings.ts'
import { readProgress } from './readProgress.ts'
import { restBetween } from './restBetween.ts'
import { restOfStudy } from './restOfStudy.ts'
import { type RunOutcome, rowOf } from './rowOf.ts'
import { runExperiment } from './runExperiment.ts'
import type { StudyDeps } from './runStudy.ts'
import { type StudyStop, studyStop } from './studyStop.ts'
import { waitFor } from './waitFor.ts'
import { whySkipped } from './whySkipped.ts'

export interface SessionOptions extends StudyDeps {
  plan: StudyPlan
  /** UUIDs of the devices that a runner hands over to its jobs. */
  gpus: readonly string[]
  paths: StudyPaths
  parser: ExperimentParser
  machine: Machine
  studyLock: StudyLock
}

export interface SessionDeps extends SessionOptions {
  stop: StudyStop
  /** Locks that a worker holds too. */
  heldFiles: readonly number[]
}

/** Yields `studyEnded` last. Throws what no outcome can tell, such as a full disk; what was measured stays. */
export async function* runSession(options: SessionOptions): AsyncGenerator<StudyEvent> {
  const { plan, paths, clock } = options
  const { settings, sweptFields, slots } = plan
  const { rows, pending } = await readProgress(plan, paths)
  using stop = studyStop(options, settings.execution)
  const locks = options.machine.locks.map(({ fd }) => fd)
  const deps = { ...options, stop, heldFiles: [...options.studyLock.heldFiles, ...locks] }
  const facts = { paths, name: settings.name, total: slots.length, sweptFields, rows }
  const summary = await openSummary(facts)
  const startedAt = clock.wallDate().toISOString()
  const session = await openSession(paths, { startedAt, pid: process.pid })
  const left = new Set(pending)
  const end = async (status: StudyStatus): Promise<StudyEvent> => {
    const skipped = { status: 'skipped', reason: whySkipped(status, settings.execution) } as const
    const row = (run: PlannedRun) => () => rowOf(run, skipped, sweptFields)
    await summary.end(
      status,
      Array.from(left, (run) => ({ id: run.id, row: row(run) })),
    )
    const counts = summary.counts()
    await session.end({ status, endedAt: clock.wallDate().toISOString(), ...counts })
    return { type: 'studyEnded', status, ...counts }
  }
  let isSettled = false
  try {
    const { measured } = summary.counts()
    yield { type: 'studyStarted', directory: paths.directory, total: slots.length, measured }
    for (const warning of planWarnings(plan)) yield { type: 'studyWarned', warning }
    const status = yield* runAll(pending, deps, async (run, outcome) => {
      if (outcome.status === 'skipped') return
      left.delete(run)
      await summary.put(rowOf(run, outcome, sweptFields))
    })
    isSettled = true
    yield await end(status)
  } catch (thrown) {
    isSettled = true
    throw thrown
  } finally {
    // Nobody listens any more: as good as an interruption.
    if (!isSettled) await end('interrupted')
  }
}

async function* runAll(
  pending: readonly PlannedRun[],
  deps: SessionDeps,
  keep: (run: PlannedRun, outcome: RunOutcome) => Promise<void>,
): AsyncGenerator<StudyEvent, StudyStatus> {
  const { execution } = deps.plan.settings
  const judge = circuitBreaker(execution.max_consecutive_failures)
  const cooldownMs = secondsToMs(execution.circuit_breaker_cooldown_seconds)
  const rest = restOfStudy(pending, execution)
  let before: PlannedRun | null = null
  for (const run of pending) {
    const warnings = before === null ? [] : yield* restBetween(before, run, deps)
    const stopped = deps.stop.status()
    if (stopped !== null) return stopped
    const startMs = deps.clock.nowMs()
    const outcome = yield* runOne({ run, warnings, rest: rest.estimate() }, deps)
    rest.end(run, { durationMs: deps.clock.nowMs() - startMs, status: outcome.status })
    await keep(run, outcome)
    yield { type: 'experimentEnded', id: run.id, index: run.position, ...told(outcome) }
    if (outcome.status === 'skipped') return deps.stop.status() ?? 'interrupted'
    const isFailure = outcome.status === 'failed'
    if (isFailure && execution.fail_fast) return 'failed_fast'
    const verdict = judge(isFailure)
    if (verdict === 'broken') return 'circuit_broken'
    if (verdict === 'rest' && run !== pending.at(-1)) {
      yield* waitFor('circuit_breaker', cooldownMs, deps)
    }
    before = run
  }
  return 'completed'
}

interface NextRun {
  run: PlannedRun
  /** What it must know of its start. */
  warnings: readonly Warning[]
  rest: RestEstimate | null
}

async function* runOne(
  { run, warnings, rest }: NextRun,
  deps: SessionDeps,
): AsyncGenerator<StudyEvent, RunOutcome> {
  const { id, position: index, experiment } = run
  for (const lock of deps.machine.locks) await lock.touch()
  const total = deps.plan.slots.length
  yield { type: 'experimentStarted', id, index, total, label: experiment.label, rest }
  const found = [...warnings, ...(await checkMachine(deps))]
  const limited = limitDevices(parsePlanned(run, deps).config.gpu, deps.machine.meters)
  try {
    for await (const event of runExperiment(run, found, deps)) {
      if (event.type !== 'ended') {
        yield { type: 'worker', id, event: event.event }
        continue
      }
      const causes = limited.restore().join('; ')
      if (causes !== '') yield { type: 'studyWarned', warning: warn('GPU_LIMITS_LEFT', { causes }) }
      return event.outcome
    }
  } finally {
    // Whatever was thrown, and whoever stopped listening.
    limited.restore()
  }
  throw new AppError('INTERNAL', { what: `${id} ended without an outcome` })
}

/** The outcome without the result itself, which is on disk for whoever wants it, and its figures. */
function told(outcome: RunOutcome): { outcome: OutcomeSummary; figures: RunFigures | null } {
  if (outcome.status !== 'measured') return { outcome, figures: null }
  const { directory, result } = outcome
  const { energyJ, isEstimate, isSynthetic, joulesPerOutputToken } = result.energy.total
  const { outputTokensPerSecond } = result.throughput
  return {
    outcome: { status: 'measured', directory },
    figures: { energyJ, isEstimate, isSynthetic, joulesPerOutputToken, outputTokensPerSecond },
  }
}
