/** The log of an engine as a file that grows: what it says of itself, and why it died. */

import { open } from 'node:fs/promises'

export interface EngineLog {
  path: string
  /** The end of what was logged so far; empty when there is nothing. */
  tail(): Promise<string>
}

/** Enough for the traceback of several processes with the reason before it. */
const tailBytes = 256 * 1024

export function engineLog(path: string): EngineLog {
  return {
    path,
    async tail() {
      const file = await open(path, 'r').catch(() => null)
      if (file === null) return ''
      try {
        const { size } = await file.stat()
        const start = Math.max(0, size - tailBytes)
        const bytes = Buffer.alloc(size - start)
        const { bytesRead } = await file.read(bytes, 0, bytes.length, start)
        return bytes.toString('utf8', 0, bytesRead)
      } finally {
        await file.close()
      }
    },
  }
}

/** Lines that say something: without colors, redrawn progress bars and blanks. */
export function lastLines(text: string, count: number): string[] {
  return text
    .replaceAll(colors, '')
    .split(/[\r\n]+/)
    .map((line) => line.trimEnd().slice(0, longestLine))
    .filter((line) => line.trim() !== '')
    .slice(-count)
}

const longestLine = 300
const escapeCharacter = String.fromCharCode(27)
const colors = new RegExp(`${escapeCharacter}\\[[0-9;]*m`, 'g')
