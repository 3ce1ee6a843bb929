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

/** Splits chunks of bytes into lines. A line longer than `longest` characters is cut there and its rest dropped. */
export function lineSplitter(onLine: (line: string) => void, longest = 1_000_000) {
  const decoder = new TextDecoder()
  let held = ''
  let isOverlong = false
  const end = (): void => {
    if (held !== '') onLine(held)
    held = ''
    isOverlong = false
  }
  return {
    write(chunk: Uint8Array): void {
      let text = decoder.decode(chunk, { stream: true })
      for (;;) {
        const at = text.indexOf('\n')
        const part = at < 0 ? text : text.slice(0, at)
        if (!isOverlong) held += part.slice(0, longest - held.length)
        if (held.length >= longest) isOverlong = true
        if (at < 0) return
        end()
        text = text.slice(at + 1)
      }
    },
    end,
  }
}
