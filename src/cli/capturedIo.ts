/** A world that keeps what is written to it, for tests of commands. */

import { Writable } from 'node:stream'
import type { Availability } from '../core/availability.ts'
import type { Clock } from '../core/clock.ts'
import { monotonicClock } from '../core/clock.ts'
import type { Environment } from '../core/context.ts'
import type { ExitCode } from '../core/errors.ts'
import type { Io } from './io.ts'

export interface CapturedIo extends Io {
  /** Everything written so far. */
  text: { stdout: string; stderr: string }
  exitCode: ExitCode | null
  /** What `exit` was called with; null when it was not. */
  exitedWith: ExitCode | null
  /** Presses Ctrl-C. */
  interrupt(): void
}

export interface CaptureOptions {
  env?: Environment
  clock?: Clock
  /** What is found when Docker is looked for; absent: there is none. */
  docker?: Availability
  /** Columns of the terminal that stderr is; absent when it is none. */
  terminalColumns?: number
}

const noDocker: Availability = {
  status: 'unavailable',
  reason: 'there is none in this test',
  fix: null,
}

export function captureIo(options: CaptureOptions = {}): CapturedIo {
  const { env = {}, clock = monotonicClock, docker = noDocker, terminalColumns } = options
  const listeners = new Set<() => void>()
  const text = { stdout: '', stderr: '' }
  const streamTo = (name: 'stdout' | 'stderr'): Writable =>
    new Writable({
      decodeStrings: false,
      write(chunk, _encoding, done) {
        text[name] += String(chunk)
        done()
      },
    })
  const terminal =
    terminalColumns === undefined ? {} : { isTTY: true, columns: terminalColumns, rows: 24 }
  const io: CapturedIo = {
    stdout: streamTo('stdout'),
    stderr: Object.assign(streamTo('stderr'), terminal),
    env,
    clock,
    probeDocker: async () => docker,
    text,
    exitCode: null,
    exitedWith: null,
    setExitCode(code) {
      io.exitCode = code
    },
    exit(code) {
      io.exitedWith = code
    },
    onInterrupt(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    interrupt() {
      for (const listener of listeners) listener()
    },
  }
  return io
}
