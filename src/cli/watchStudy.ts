/** Runs a study under a person's eyes: progress on stderr, Ctrl-C, and at the end how to go on. */

import { cacheDirOf } from '../core/cacheDir.ts'
import type { StudyEvent } from '../core/events.ts'
import { encodeLine } from '../core/ndjson.ts'
import type { StudyDeps } from '../study/runStudy.ts'
import { interruptSignal } from './interruptSignal.ts'
import type { Io } from './io.ts'
import { openProgress, type ProgressOptions } from './progress/openProgress.ts'
import { addEvent, noOutcome, type StudyOutcome } from './studyOutcome.ts'

/** Yields what is known after every event; the last one is the whole outcome. */
export async function* watchStudy(
  start: (deps: StudyDeps) => AsyncIterable<StudyEvent>,
  io: Io,
  { tellsEvents, ...shown }: { tellsEvents: boolean } & ProgressOptions,
): AsyncGenerator<StudyOutcome> {
  await using progress = await openProgress(io, shown)
  using interrupt = interruptSignal(io, () => progress.note('ending; Ctrl-C again stops at once'))
  const events = start({
    clock: io.clock,
    env: io.env,
    signal: interrupt.signal,
    killSignal: interrupt.killSignal,
    cacheDir: cacheDirOf(io.env),
  })
  let outcome = noOutcome
  for await (const event of events) {
    progress.show(event)
    if (tellsEvents) io.stdout.write(encodeLine(event))
    outcome = addEvent(outcome, event)
    yield outcome
  }
}

/** How to finish a study that has runs left, or failed ones among others; null when there is nothing to say. */
export function resumeLine({ directory, ended, experiments }: StudyOutcome): string | null {
  if (directory === null || ended === null) return null
  const isWhole = ended.status === 'completed' && (ended.failed === 0 || experiments.length < 2)
  return isWhole ? null : `go on with: llem resume ${quoteWord(directory)}`
}

/** A word that a shell reads as it is. */
function quoteWord(word: string): string {
  return /^[\w./:@%+=-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`
}
