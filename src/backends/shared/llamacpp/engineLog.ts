/** The engine's own log, kept in the run directory: nothing of it reaches stdout. */

import { createWriteStream } from 'node:fs'
import { join } from 'node:path'

export interface EngineLog extends AsyncDisposable {
  write(message: string): void
  /** The first group of the last line that matches, or null: the engine tells some things only in its log. */
  find(pattern: RegExp): string | null
}

/** Lines kept in memory: a load prints about 150. */
const longestMemory = 1000

export function openEngineLog(runDir: string): EngineLog {
  const stream = createWriteStream(join(runDir, 'backend.log'), { flags: 'a' })
  // A log that cannot be written (full disk, no directory) must not end what it is about.
  stream.on('error', () => {})
  const lines: string[] = []
  return {
    write(message) {
      const line = message.trimEnd()
      // Dots are the engine's progress bar.
      if (/^\.*$/.test(line)) return
      if (lines.length < longestMemory) lines.push(line)
      stream.write(`${line}\n`)
    },
    find(pattern) {
      const line = lines.findLast((candidate) => pattern.test(candidate)) ?? ''
      return pattern.exec(line)?.[1] ?? null
    },
    async [Symbol.asyncDispose]() {
      if (stream.destroyed) return
      await new Promise<void>((resolve) => {
        stream.once('close', resolve)
        stream.end()
      })
    },
  }
}
