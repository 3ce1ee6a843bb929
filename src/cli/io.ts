/** The outside world of the command: everything that reads or writes a terminal, the environment or the process goes through it. */

import { once } from 'node:events'
import type { Availability } from '../core/availability.ts'
import { type Clock, monotonicClock } from '../core/clock.ts'
import type { Environment } from '../core/context.ts'
import type { ExitCode } from '../core/errors.ts'

/** A stream that may be a terminal; `columns` and `rows` are there when it is. */
export type Terminal = NodeJS.WritableStream & {
  isTTY?: boolean
  columns?: number
  rows?: number
}

export interface Io {
  stdout: Terminal
  stderr: Terminal
  env: Environment
  clock: Clock
  /** Whether containers can be started here. */
  probeDocker(env: Environment): Promise<Availability>
  /** The code that the process ends with when it has nothing left to do. */
  setExitCode(code: ExitCode): void
  /** Ends the process now. */
  exit(code: ExitCode): void
  /** Calls `listener` at every Ctrl-C and SIGTERM from now on; returns what stops that. */
  onInterrupt(listener: () => void): () => void
}

/** The real world. A reader that goes away (`llem run | head`) is not an error. */
export function processIo(): Io {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error
    })
  }
  return {
    stdout: process.stdout,
    stderr: process.stderr,
    env: process.env,
    clock: monotonicClock,
    probeDocker: async (env) => (await import('../study/chooseRunners.ts')).probeDocker(env),
    setExitCode: (code) => {
      process.exitCode = code
    },
    exit: (code) => process.exit(code),
    onInterrupt(listener) {
      process.on('SIGINT', listener)
      process.on('SIGTERM', listener)
      return () => {
        process.off('SIGINT', listener)
        process.off('SIGTERM', listener)
      }
    },
  }
}

/** Writes the parts of a long text without holding all of it: as fast as whoever reads takes them. */
export async function writeParts(stream: Terminal, parts: Iterable<string>): Promise<void> {
  let block = ''
  for (const part of parts) {
    block += part
    if (block.length < blockLength) continue
    if (!stream.write(block)) await once(stream, 'drain')
    block = ''
  }
  stream.write(block)
}

const blockLength = 64 * 1024

/** Columns to write for: those of the terminal, or 80 where there is none. */
export function widthOf(stream: Terminal): number {
  return stream.columns !== undefined && stream.columns > 0 ? stream.columns : 80
}

/** Rows of the terminal, or 24 where it does not say. */
export function heightOf(stream: Terminal): number {
  return stream.rows !== undefined && stream.rows > 0 ? stream.rows : 24
}

/** Whether this stream shows colors: a terminal that can, and nobody who asked for none (https://no-color.org). */
export function isColor(stream: Terminal, env: Environment): boolean {
  return canMoveCursor(stream, env) && (env['NO_COLOR'] ?? '') === ''
}

/** Whether lines written to this stream can be replaced. */
export function canMoveCursor(stream: Terminal, env: Environment): boolean {
  return stream.isTTY === true && env['TERM'] !== 'dumb'
}
