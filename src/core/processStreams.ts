/** What a program prints: stdout line by line to its caller, stderr to a log file, and the end of stderr in memory. */

import { createWriteStream } from 'node:fs'
import type { Readable } from 'node:stream'
import type { Clock } from './clock.ts'
import { lineSplitter } from './ndjson.ts'
import { within } from './within.ts'

interface Streams {
  stdout: Readable
  stderr: Readable
}

export interface StreamOptions {
  /** Called for every line of stdout, before `onLine`. */
  heard(): void
  onLine?(line: string): void
  isLogged?(line: string): boolean
  logPath?: string
  clock: Clock
}

/** Characters of stderr that are kept for a failure record. */
const longestTail = 8192
/** A log that grows beyond this was written by a program in a loop; its beginning and the tail say enough. */
const longestLogBytes = 64 * 1024 ** 2
/** Time to read what the dead left in a pipe. Longer means that somebody outside the tree holds the pipe open. */
const drainMs = 500

/**
 * Reads both streams until `end`. When `onLine` throws, no further line goes to it: `broken` resolves, and `end`
 * throws what it threw.
 */
export function readStreams(
  { stdout, stderr }: Streams,
  { heard, onLine, isLogged, logPath, clock }: StreamOptions,
) {
  const log = openLog(logPath)
  const tail = tailOf(longestTail)
  let breakOff = (): void => {}
  const broken = new Promise<'broken'>((resolve) => {
    breakOff = () => resolve('broken')
  })
  let fault: { thrown: unknown } | null = null
  const lines = lineSplitter((line) => {
    heard()
    if (fault !== null) return
    try {
      onLine?.(line)
      if (isLogged?.(line)) log.write(`${line}\n`)
    } catch (thrown) {
      fault = { thrown }
      breakOff()
    }
  })
  const readOut = async (): Promise<void> => {
    for await (const chunk of bytesOf(stdout)) lines.write(chunk)
    lines.end()
  }
  const readErr = async (): Promise<void> => {
    for await (const chunk of bytesOf(stderr)) {
      tail.write(chunk)
      log.write(chunk)
    }
  }
  const done = Promise.all([readOut(), readErr()])
  return {
    broken,
    /** Reads what is left, closes everything and returns the end of stderr. */
    async end(): Promise<string> {
      await within(done, drainMs, clock)
      stdout.destroy()
      stderr.destroy()
      await done
      await log.close()
      if (fault !== null) throw fault.thrown
      return tail.text()
    },
  }
}

/** The chunks of a stream. One that breaks because its program was killed ends there; the exit says why. */
async function* bytesOf(stream: Readable): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of stream) if (chunk instanceof Uint8Array) yield chunk
  } catch {
    // See above: a broken pipe is not news of its own.
  }
}

/** A log of bounded size. One that cannot be written (full disk) must not end the program it is about. */
function openLog(path: string | undefined) {
  if (path === undefined) return { write: (): void => {}, close: async (): Promise<void> => {} }
  const file = createWriteStream(path, { flags: 'a' }).on('error', () => {})
  let bytes = 0
  return {
    write(chunk: string | Uint8Array): void {
      if (bytes > longestLogBytes || file.destroyed) return
      bytes += chunk.length
      file.write(bytes > longestLogBytes ? '\n(the log was cut here)\n' : chunk)
    },
    close: () => new Promise<void>((resolve) => file.end(() => resolve())),
  }
}

/** Keeps the last `longest` characters of a text, from the start of a line where one starts among them. */
function tailOf(longest: number) {
  const decoder = new TextDecoder()
  let text = ''
  let isCut = false
  const keep = (more: string): void => {
    text += more
    if (text.length <= longest) return
    text = text.slice(-longest)
    isCut = true
  }
  return {
    write: (chunk: Uint8Array): void => keep(decoder.decode(chunk, { stream: true })),
    text(): string {
      keep(decoder.decode())
      const lineStart = text.indexOf('\n') + 1
      return isCut && lineStart < text.length ? text.slice(lineStart) : text
    },
  }
}
