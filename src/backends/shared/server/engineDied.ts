/** The error for an engine that ended by itself: how, why as far as its log tells, and its last lines. */

import { AppError } from '../../../core/errors.ts'
import type { ProgramExit } from '../../../core/process.ts'
import { classifyDeath } from './classifyDeath.ts'
import { lastLines } from './engineLog.ts'

interface Death {
  name: string
  when: 'before it served' | 'while it served'
  /** Null for one that is lost although its process lives on. */
  exit: ProgramExit | null
  /** The end of its log. */
  log: string
}

const shownLines = 4

export function engineDied({ name, when, exit, log }: Death): AppError<'ENGINE_DIED'> {
  const known = classifyDeath(log) ?? killedBy(exit)
  return new AppError('ENGINE_DIED', {
    backend: name,
    how: exit === null ? 'gave up' : howItEnded(exit),
    when,
    cause: known?.cause ?? null,
    fix: known?.hint ?? null,
    lastLines: lastLines(log, shownLines),
  })
}

function howItEnded({ code, signal }: ProgramExit): string {
  return signal === null ? `ended with exit code ${code}` : `was ended by ${signal}`
}

/** A log has nothing to say of a process that the kernel killed. */
function killedBy(exit: ProgramExit | null) {
  return exit?.signal === 'SIGKILL'
    ? {
        cause: 'it was killed from outside, most often for lack of memory',
        hint: 'See `dmesg`; choose a smaller model, or give it more memory.',
      }
    : null
}
