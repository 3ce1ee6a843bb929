/** Watches a study to its end and prints what came of it: what `llem run` and `llem resume` have in common. */

import type { ExitCode } from '../core/errors.ts'
import type { StudyEvent } from '../core/events.ts'
import type { StudyDeps } from '../study/runStudy.ts'
import type { Io } from './io.ts'
import type { Stdout } from './stdoutOf.ts'
import { noOutcome } from './studyOutcome.ts'
import { resumeLine, watchStudy } from './watchStudy.ts'

export interface PresentOptions {
  isQuiet: boolean
  stdout: Stdout
  /** Compares results whose load client was at its limit too. */
  includesClientLimited: boolean
}

/** Resolves with the exit code of the outcome. What is thrown is on stdout too where that is for machines. */
export async function presentStudy(
  { isQuiet, stdout, includesClientLimited }: PresentOptions,
  io: Io,
  start: (deps: StudyDeps) => AsyncIterable<StudyEvent>,
): Promise<ExitCode> {
  let outcome = noOutcome
  const shown = { stdout, includesClientLimited }
  try {
    const watched = { isQuiet, includesClientLimited, tellsEvents: stdout === 'events' }
    for await (const known of watchStudy(start, io, watched)) outcome = known
  } catch (thrown) {
    if (stdout !== 'text') await (await loadPresenting()).presentError(outcome, thrown, stdout, io)
    throw thrown
  }
  const exitCode = await (await loadPresenting()).presentOutcome(outcome, shown, io)
  const line = resumeLine(outcome)
  if (line !== null) io.stderr.write(`${line}\n`)
  return exitCode
}

/** Loaded when it is needed: reports have no part in starting a measurement. */
const loadPresenting = () => import('./presentOutcome.ts')
