/** Runs a study whose jobs end when the test says so, several at a time, and tells what happened in one line. */

import type { StudyEvent } from '../core/events.ts'
import { type StudyPaths, studyPaths } from '../store/studyDirectory.ts'
import type { StudyDeps } from '../study/runStudy.ts'
import { heldClock } from './heldClock.ts'
import { type JobPlay, type ScriptedRunner, scriptedRunner } from './scriptedRunner.ts'

export interface SideBySide {
  /** `+1` begins, `1:measured` ends, a word for a wait. */
  story: string
  status: string
  paths: StudyPaths
  runner: ScriptedRunner
}

export interface Scene {
  gpus?: readonly string[]
  deps?: Partial<StudyDeps>
  /** What is done when the story has come so far. A job ends when it is told to. */
  when: Readonly<Record<string, (stage: Stage) => void>>
}

export interface Stage {
  /** Ends the job of this number, from 1. */
  end(number: number, play?: JobPlay): void
  abort(): void
  /** Lets a wait be over. */
  pass(durationMs: number): void
}

/** Ids of the GPUs that a scene has unless it says otherwise. */
export const twoGpus = ['GPU-1', 'GPU-2']

/** Jobs run until the scene ends them. */
export async function watchSideBySide(
  start: (deps: StudyDeps) => AsyncIterable<StudyEvent>,
  { gpus = twoGpus, deps = {}, when }: Scene,
): Promise<SideBySide> {
  const clock = heldClock()
  const controller = new AbortController()
  const ends = new Map<number, Deferred>()
  const endOf = (number: number): Deferred => {
    const known = ends.get(number) ?? deferred()
    ends.set(number, known)
    return known
  }
  const runner = scriptedRunner((number) => endOf(number + 1).promise)
  const stage: Stage = {
    end: (number, play = 'measures') => endOf(number).resolve(play),
    abort: () => controller.abort(),
    pass: clock.pass,
  }
  const world: StudyDeps = {
    clock,
    env: {},
    signal: controller.signal,
    cacheDir: '/nowhere',
    loadRunner: async () => runner,
    listGpus: async () => ({ ids: gpus, driverVersion: null, cudaVersion: null }),
    ...deps,
  }
  const story: string[] = []
  const seen = { directory: '', status: '' }
  for await (const event of start(world)) {
    if (event.type === 'studyStarted') seen.directory = event.directory
    if (event.type === 'studyEnded') seen.status = event.status
    const words = wordsOf(event)
    story.push(...words)
    const soFar = story.join(' ')
    // Whoever waits is asleep by then.
    if (words.length > 0) setImmediate(() => when[soFar]?.(stage))
  }
  return { story: story.join(' '), status: seen.status, paths: studyPaths(seen.directory), runner }
}

interface Deferred {
  promise: Promise<JobPlay>
  resolve(play: JobPlay): void
}

function deferred(): Deferred {
  let resolve: (play: JobPlay) => void = () => {}
  const promise = new Promise<JobPlay>((settle) => {
    resolve = settle
  })
  return { promise, resolve }
}

function wordsOf(event: StudyEvent): string[] {
  if (event.type === 'experimentStarted') return [`+${event.index + 1}`]
  if (event.type === 'experimentEnded') return [`${event.index + 1}:${event.outcome.status}`]
  return event.type === 'waiting' ? [event.reason] : []
}
