/** Runs a study with real workers on a clock that the test holds, and reports all that was said and left behind. */

import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { parseStudy } from '../config/parseStudy.ts'
import type { ExitCode } from '../core/errors.ts'
import type { OutcomeSummary, StudyEvent, WorkerEvent } from '../core/events.ts'
import { type FailureFile, failureFileSchema } from '../store/failureFile.ts'
import type { StudyPlan } from '../store/planFile.ts'
import { runPaths, studyPaths } from '../store/studyDirectory.ts'
import { exitCodeOf } from '../study/exitCode.ts'
import { loadSections } from '../study/loadSections.ts'
import { planStudy } from '../study/planStudy.ts'
import { runStudy } from '../study/runStudy.ts'
import { heldClock } from './heldClock.ts'
import { survivors } from './programs.ts'

export interface WatchedStudy {
  exitCode: ExitCode
  outcome: OutcomeSummary
  events: readonly WorkerEvent[]
  /** The run directory of the one experiment. */
  directory: string
}

export interface Watching {
  resultsDir?: string
  signal?: AbortSignal
  /** Called for every event of the worker. */
  onEvent?(event: WorkerEvent, time: HostTime): void
}

/** The time of the host, which stands still for all waits of a second or more. */
export interface HostTime {
  /** Lets this much pass at once. */
  pass(durationMs: number): void
  /** Lets second after second pass until the study has ended. */
  flow(): void
}

/** A few requests of the fake backend, in well under a second. */
export const quick = {
  model: 'anything',
  backend: 'fake',
  n: 4,
  max_output_tokens: 8,
  warmup: { enabled: false },
  baseline: { enabled: false },
  energy: { sources: ['simulated'] },
}

export async function watchStudy(
  t: TestContext,
  study: Readonly<Record<string, unknown>>,
  { resultsDir = temporary(t), signal = new AbortController().signal, onEvent }: Watching = {},
): Promise<WatchedStudy> {
  const plan = await planOf(study)
  const clock = heldClock()
  const { PATH, HOME } = process.env
  const deps = {
    clock,
    env: { PATH, HOME },
    signal,
    resultsDir,
    cacheDir: join(resultsDir, 'cache'),
  }
  const events: StudyEvent[] = []
  const watch = async (): Promise<void> => {
    for await (const event of runStudy(plan, deps)) {
      events.push(event)
      if (event.type === 'worker') onEvent?.(event.event, time)
    }
  }
  const watched = watch()
  const settled = watched.catch(() => {})
  const time: HostTime = { pass: clock.pass, flow: () => void clock.passUntil(settled) }
  await watched
  return watchedStudy(events)
}

async function planOf(study: Readonly<Record<string, unknown>>): Promise<StudyPlan> {
  const sections = await loadSections()
  const parsed = parseStudy({ written: study, file: 'test', overrides: [], sections })
  assert.ok(parsed.ok, JSON.stringify(parsed))
  return planStudy(parsed.value, () => ({ mode: 'local', image: null, source: 'default' }))
}

function watchedStudy(events: readonly StudyEvent[]): WatchedStudy {
  const outcome = events.find((event) => event.type === 'experimentEnded')?.outcome
  const ended = events.find((event) => event.type === 'studyEnded')
  const id = events.find((event) => event.type === 'experimentStarted')?.id
  const study = events.find((event) => event.type === 'studyStarted')?.directory
  assert.ok(ended !== undefined && outcome !== undefined)
  assert.ok(study !== undefined && id !== undefined)
  const { directory } = runPaths(join(studyPaths(study).runs, id))
  assert.deepEqual(survivors(directory), [], 'nothing of the study is alive')
  return {
    exitCode: exitCodeOf(ended),
    outcome,
    events: events.flatMap((event) => (event.type === 'worker' ? [event.event] : [])),
    directory,
  }
}

/** The failure record of a study that failed, which says on disk what was said aloud. */
export function failureOf({ outcome, directory }: WatchedStudy): FailureFile {
  const text = readFileSync(join(directory, 'failure.json'), 'utf8')
  const failure = failureFileSchema.parse(JSON.parse(text))
  assert.equal(outcome.status, 'failed')
  const { code, message, hint, phase } = failure
  assert.deepEqual(outcome.failure, { code, message, hint, phase })
  assert.ok(hint.length > 0)
  return failure
}

/** A directory that goes with the test. */
export function temporary(t: TestContext): string {
  const directory = mkdtempSync(join(tmpdir(), 'llem-study-'))
  t.after(() => rmSync(directory, { recursive: true, force: true }))
  return directory
}
