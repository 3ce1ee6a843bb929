/** Runs a program as a test wants it: with limits that only the test's clock can let run out. */

import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { type ProgramExit, type ProgramOptions, runProgram } from '../core/process.ts'
import { heldClock } from './heldClock.ts'

/** What the program is limited to when a test names no other limit. */
export const hourMs = 3_600_000

export function runQuietly(
  argv: readonly string[],
  more: Partial<ProgramOptions> = {},
): Promise<ProgramExit> {
  return runProgram({
    argv,
    env: { PATH: process.env['PATH'] },
    timeoutMs: hourMs,
    silenceMs: null,
    clock: heldClock(),
    ...more,
  })
}

/** How a program that did nothing remarkable is reported. */
export const well: ProgramExit = {
  code: 0,
  signal: null,
  timedOut: null,
  wasAborted: false,
  stderrTail: '',
}

/** A word that stands in no other command line. */
export const newToken = (): string => `token-${randomUUID()}`

/** Null where the processes of the machine can be looked at, else why not. */
export const noProcessTable = existsSync('/proc/self/stat') ? null : 'there is no /proc here'
