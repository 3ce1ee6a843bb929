/** One JSON value per line: the wire format between a worker and its host. */

import type { ZodType } from 'zod'

/** One line, newline included. */
export function encodeLine(value: unknown): string {
  return `${JSON.stringify(value)}\n`
}

/** The value of one line if it is JSON that fits the schema, else null: other programs print to the same stream. */
export function decodeLine<T>(line: string, schema: ZodType<T>): T | null {
  if (!line.startsWith('{')) return null
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch {
    // A line that only looks like JSON belongs to another program.
    return null
  }
  const parsed = schema.safeParse(value)
  return parsed.success ? parsed.data : null
}

/**
 * Splits chunks of bytes into lines, without their line ends (LF or CRLF). Empty lines are left out; a line longer
 * than `longest` characters is cut there.
 */
export function lineSplitter(onLine: (line: string) => void, longest = 1_000_000) {
  const decoder = new TextDecoder()
  let held = ''
  const hold = (part: string): void => {
    held += part.slice(0, longest - held.length)
  }
  const release = (): void => {
    const line = held.endsWith('\r') ? held.slice(0, -1) : held
    held = ''
    if (line !== '') onLine(line)
  }
  const split = (text: string): void => {
    let start = 0
    for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', start)) {
      hold(text.slice(start, at))
      release()
      start = at + 1
    }
    hold(text.slice(start))
  }
  return {
    write: (chunk: Uint8Array): void => split(decoder.decode(chunk, { stream: true })),
    end(): void {
      split(decoder.decode())
      release()
    },
  }
}
