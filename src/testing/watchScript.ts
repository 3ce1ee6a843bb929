/** Runs a study whose jobs follow a script, on a clock that passes when somebody waits, and tells what happened in one line. */

import assert from 'node:assert/strict'
import type { StudyEvent } from '../core/events.ts'
import { type StudyPaths, studyPaths } from '../store/studyDirectory.ts'
import type { StudyDeps } from '../study/runStudy.ts'
import { type HeldClock, heldClock } from './heldClock.ts'
import { type JobPlay, scriptedRunner } from './scriptedRunner.ts'

export interface Watched {
  /** One word per event: `1 measured experiment_gap 2 failed`. */
  story: string
  ended: Extract<StudyEvent, { type: 'studyEnded' }>
  paths: StudyPaths
  /** Ids of the jobs that were run. */
  ran: readonly string[]
}

export interface Script {
  /** How each job ends: `m` measures, `f` fails, `l` lacks its dataset, `h` hangs. Beyond the script, all measure. */
  jobs?: string
  deps?: Partial<StudyDeps>
  onEvent?(event: StudyEvent, clock: HeldClock): void
}

export async function watchScript(
  start: (deps: StudyDeps) => AsyncIterable<StudyEvent>,
  { jobs = '', deps = {}, onEvent }: Script = {},
): Promise<Watched> {
  const clock = heldClock()
  const runner = scriptedRunner((number) => plays[jobs[number] ?? 'm'] ?? 'measures')
  const world: StudyDeps = {
    clock,
    env: {},
    signal: new AbortController().signal,
    cacheDir: '/nowhere',
    loadRunner: async () => runner,
    ...deps,
  }
  const story: string[] = []
  let directory = ''
  let ended: Watched['ended'] | null = null
  let wait: Waiting | null = null
  try {
    for await (const event of start(world)) {
      story.push(...wordsOf(event))
      if (event.type === 'studyStarted') directory = event.directory
      if (event.type === 'waited') wait = null
      if (event.type === 'waiting') {
        wait = event
        passWait(event, clock, () => wait === event)
      }
      if (event.type === 'studyEnded') ended = event
      onEvent?.(event, clock)
    }
  } finally {
    wait = null
  }
  assert.ok(ended !== null)
  return {
    story: story.join(' '),
    ended,
    paths: studyPaths(directory),
    ran: runner.jobs.map(({ id }) => id),
  }
}

const plays: Record<string, JobPlay> = { m: 'measures', f: 'fails', l: 'lacks', h: 'hangs' }

function wordsOf(event: StudyEvent): string[] {
  if (event.type === 'experimentStarted') return [String(event.index + 1)]
  if (event.type === 'experimentEnded') return [event.outcome.status]
  if (event.type === 'studyWarned') return [event.warning.code]
  return event.type === 'waiting' ? [event.reason] : []
}

type Waiting = Extract<StudyEvent, { type: 'waiting' }>

/** Time passes as soon as somebody waits for it: the whole of a rest, or until the next look at what is waited for. */
function passWait(wait: Waiting, clock: HeldClock, isWaiting: () => boolean): void {
  const { untilMs, celsius } = wait
  setImmediate(() => {
    if (!isWaiting()) return
    clock.pass(celsius !== null || untilMs === null ? 1001 : untilMs - clock.nowMs() + 1)
    // Of looks at the devices of others there is no further event.
    if (untilMs === null) passWait(wait, clock, isWaiting)
  })
}
