/**
 * Reads the running total out of the bytes of a chunk, without making an object of it: a tenth of the time of `JSON.parse`.
 * Only for a stream that has shown, in a chunk read in full, that it carries such a total.
 */

const openBrace = 0x7b
const closeBrace = 0x7d
const space = 0x20
const point = 0x2e
const comma = 0x2c
const zero = 0x30
// A key is not found inside a text: there its quotes are escaped, so that a backslash stands before the second one.
const usageKey = Buffer.from('"completion_tokens":')
const finishKey = Buffer.from('"finish_reason":')
const stampKey = Buffer.from('"sent_at_ms":')

/** Tokens so far; null when the chunk is not a plain one in the middle of an answer and must be read in full. */
export function skimTotal(bytes: Buffer, start: number, end: number): number | null {
  if (bytes[start] !== openBrace || bytes[end - 1] !== closeBrace) return null
  if (!isNull(bytes, valueAt(bytes, finishKey, start, end))) return null
  const total = numberAt(bytes, valueAt(bytes, usageKey, start, end), end)
  return Number.isInteger(total) ? total : null
}

/** When a server on our clock sent the chunk, milliseconds. */
export function skimStamp(bytes: Buffer, start: number, end: number): number | null {
  return numberAt(bytes, valueAt(bytes, stampKey, start, end), end)
}

/** Where the value of a key begins; searched from the end, near which engines put their counts. */
function valueAt(bytes: Buffer, key: Buffer, start: number, end: number): number | null {
  const at = bytes.lastIndexOf(key, end - key.length)
  if (at < start) return null
  let value = at + key.length
  while (bytes[value] === space) value++
  return value
}

/** Compared byte by byte: calls into native code cost more than the four. */
function isNull(bytes: Buffer, at: number | null): boolean {
  return (
    at !== null &&
    bytes[at] === 0x6e &&
    bytes[at + 1] === 0x75 &&
    bytes[at + 2] === 0x6c &&
    bytes[at + 3] === 0x6c
  )
}

/** A number of up to 15 digits without sign and exponent, which a double holds exactly; null for any other. */
function numberAt(bytes: Buffer, start: number | null, end: number): number | null {
  if (start === null) return null
  let digits = 0
  let value = 0
  let scale = 0
  let at = start
  for (; at < end; at++) {
    const byte = bytes[at] ?? 0
    if (byte === point && scale === 0) {
      scale = 1
    } else if (byte >= zero && byte <= zero + 9) {
      value = value * 10 + byte - zero
      scale *= 10
      digits++
    } else {
      break
    }
  }
  const follows = bytes[at]
  const isWhole = follows === comma || follows === closeBrace || follows === space
  return isWhole && digits > 0 && digits <= 15 ? value / Math.max(1, scale) : null
}
