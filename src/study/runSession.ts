/** Runs what a study has left, from here to an end that is written down once: everything done, or what ended it. */

import type { ExperimentParser } from '../config/experimentParser.ts'
import type { StudyEvent, StudyStatus } from '../core/events.ts'
import { type Warning, warn } from '../core/warnings.ts'
import { openSummary } from '../store/openSummary.ts'
import type { StudyPlan } from '../store/planFile.ts'
import { openSession } from '../store/statusFile.ts'
import type { StudyPaths } from '../store/studyDirectory.ts'
import type { Machine } from './claimMachine.ts'
import { findUnready } from './findUnready.ts'
import type { StudyLock } from './lockStudy.ts'
import type { PlannedRun } from './plannedRun.ts'
import { planWarnings } from './planWarnings.ts'
import { readProgress } from './readProgress.ts'
import { rowOf } from './rowOf.ts'
import { runPending } from './runPending.ts'
import type { StudyDeps } from './runStudy.ts'
import { type StudyStop, studyStop } from './studyStop.ts'
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
  /**
   * By label, the code of the failure of each experiment whose files are missing, unless that is all of them: that they fail so
   * says nothing of the others.
   */
  foretold: ReadonlyMap<string, string>
  /** Locks that a worker holds too. */
  heldFiles: readonly number[]
}

/** Yields `studyEnded` last. Throws what no outcome can tell, such as a full disk; what was measured stays. */
export async function* runSession(options: SessionOptions): AsyncGenerator<StudyEvent> {
  const { plan, paths, clock } = options
  const { settings, sweptFields, experiments, slots } = plan
  const { rows, pending } = await readProgress(plan, paths)
  using stop = studyStop(options, settings.execution)
  const locks = options.machine.locks.map(({ fd }) => fd)
  const heldFiles = [...options.studyLock.heldFiles, ...locks]
  const facts = { experiments: experiments.length, total: slots.length, sweptFields, rows }
  const { name } = settings
  const { includesClientLimited = false } = options
  const summary = await openSummary({ paths, name, ...facts, includesClientLimited })
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
    const { warnings, foretold } = await foretell(pending, options)
    for (const warning of [...planWarnings(plan), ...warnings])
      yield { type: 'studyWarned', warning }
    const deps = { ...options, stop, heldFiles, foretold }
    const status = yield* runPending(pending, deps, async (run, outcome) => {
      if (outcome.status === 'skipped') return
      left.delete(run)
      await summary.put(rowOf(run, outcome, sweptFields), left.size === 0)
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

/** At second zero: each fails by itself, but that may be hours later. One that is alone fails at once. */
async function foretell(
  pending: readonly PlannedRun[],
  { parser, plan }: SessionOptions,
): Promise<{ warnings: Warning[]; foretold: SessionDeps['foretold'] }> {
  const experiments = new Set(pending.map(({ experiment }) => experiment))
  const total = experiments.size
  const directory = plan.source.workingDirectory
  const unready = total < 2 ? [] : await findUnready(experiments, { parser, directory })
  const warnings = [true, false].flatMap((isHere) => {
    const those = unready.filter((one) => one.isHere === isHere)
    const [first] = those
    if (first === undefined) return []
    const { label, problem } = first
    const { message, hint } = problem
    const count = those.length
    return [warn('FILES_NOT_READY', { isHere, label, message, hint, count, total })]
  })
  const foretold = unready.length < total ? unready : []
  return {
    warnings,
    foretold: new Map(foretold.map((one) => [one.label, one.problem.code])),
  }
}
