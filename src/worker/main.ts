/** The measured process: reads `experiment.json` from its run directory, measures, leaves the files of the run there. */

import { config } from 'zod'
import { monotonicClock } from '../core/clock.ts'
import { AppError, messageOf } from '../core/errors.ts'
import type { WorkerEvent } from '../core/events.ts'
import { encodeLine } from '../core/ndjson.ts'
import { watchParent } from '../core/parentWatch.ts'
import { programs } from '../core/programs.ts'
import { phaseTimer } from '../measure/phaseTimer.ts'
import { samplerLink } from '../measure/sampler/samplerLink.ts'
import { hasSources } from './hasSources.ts'
import { logOfFailure } from './logOfFailure.ts'

// Each schema is used once here: compiling it first costs more than it saves. Set before any schema is made.
config({ jitless: true })
const [runDir] = process.argv.slice(2)
// Starts while the rest loads.
const sampler =
  runDir !== undefined && hasSources(runDir)
    ? samplerLink(programs.samplerThread, monotonicClock)
    : null

const interruption = new AbortController()
const interrupt = (): void =>
  interruption.abort(new AppError('INTERRUPTED', { doing: 'measuring' }))
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, interrupt)

// Writes to a pipe are synchronous on Linux: an event is out before the next line of code runs.
const emit = (event: WorkerEvent): void => {
  process.stdout.write(encodeLine(event))
}
const phases = phaseTimer(monotonicClock, emit)

/** Says what went wrong: the host makes the failure record from it. What lies beneath is for worker.log. */
const fail = (thrown: unknown): void => {
  const error =
    thrown instanceof AppError
      ? thrown
      : new AppError('INTERNAL', { what: messageOf(thrown) }, { cause: thrown })
  process.stderr.write(logOfFailure(error))
  const { code, message, hint } = error
  emit({ type: 'failed', failure: { code, message, hint, phase: phases.current() } })
  process.exitCode = error.exitCode
}
process.once('uncaughtException', (thrown) => {
  fail(thrown)
  process.exit()
})

void run()

async function run(): Promise<void> {
  try {
    if (runDir === undefined)
      throw new AppError('USAGE', {
        what: 'expected the run directory as the only argument, found none',
      })
    const { runWorker } = await import('./runWorker.ts')
    await runWorker({
      runDir,
      phases,
      sampler,
      emit,
      clock: monotonicClock,
      env: process.env,
      signal: interruption.signal,
      // Not earlier: it would slow the loading down, and what was lost meanwhile is seen at once.
      onPrepared: () => watchParent({ onLost: interrupt }),
    })
  } catch (thrown) {
    fail(thrown)
  }
  // Everything is closed. A native library that keeps a handle open must not keep the process alive.
  process.exit()
}
