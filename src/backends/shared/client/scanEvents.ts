/**
 * Finds server-sent events in bytes that arrive in pieces cut anywhere, after the WHATWG text
 * (https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation). It makes no string, and an
 * event that lies whole in one piece, as nearly all do, is not even copied.
 */

import { holdBytes } from './holdBytes.ts'
import { type OnEvent, readEvent } from './readEvent.ts'

export interface EventScanner {
  /** Takes the next bytes; `onEvent` is called for every event that ends in them. Throws `RangeError` at an oversized event. */
  write(bytes: Buffer, start: number, end: number): void
  /** Bytes of an event that has not ended: not 0 at the end of a stream that was cut short. */
  heldBytes(): number
}

export interface ScanOptions {
  onEvent: OnEvent
  /** An event may not be longer than this. */
  longestEventBytes: number
}

const lf = 10
const cr = 13
const byteOrderMark = Buffer.from([0xef, 0xbb, 0xbf])

export function scanEvents({ onEvent, longestEventBytes }: ScanOptions): EventScanner {
  const held = holdBytes(longestEventBytes)
  let isFirst = true
  let lineCount = 0
  /** No byte since the last line end: one more line end ends the event. */
  let isLineEmpty = true
  /** The last byte was a CR: an LF that follows belongs to it. */
  let followsCr = false

  const endEvent = (piece: Buffer, start: number, end: number): void => {
    const lines = lineCount
    lineCount = 0
    if (lines === 0) return
    if (end - start > longestEventBytes) throw tooLong(longestEventBytes)
    if (held.length() === 0) {
      readEvent({ bytes: piece, start, end, lineCount: lines }, onEvent)
    } else {
      held.add(piece, start, end)
      const bytes = held.take()
      readEvent({ bytes, start: 0, end: bytes.length, lineCount: lines }, onEvent)
    }
  }

  const scan = (bytes: Buffer, begin: number, end: number): void => {
    let start = begin
    let from = begin
    let lfAt = find(bytes, lf, from, end)
    let crAt = find(bytes, cr, from, end)
    for (let at = Math.min(lfAt, crAt); at < end; at = Math.min(lfAt, crAt)) {
      if (at > from) takeText()
      from = at + 1
      const isLf = at === lfAt
      if (isLf) lfAt = find(bytes, lf, from, end)
      else crAt = find(bytes, cr, from, end)
      if (isLf && followsCr) {
        followsCr = false
        if (lineCount === 0) start = from
      } else {
        followsCr = !isLf
        if (isLineEmpty) {
          endEvent(bytes, start, at)
          start = from
        } else {
          lineCount++
          isLineEmpty = true
        }
      }
    }
    if (from < end) takeText()
    if (start < end) held.add(bytes, start, end)
  }
  const takeText = (): void => {
    isLineEmpty = false
    followsCr = false
  }

  return {
    write(bytes, start, end) {
      if (!isFirst) {
        scan(bytes, start, end)
        return
      }
      // A mark that is cut is held back until it is whole or proves to be none.
      held.add(bytes, start, end)
      if (held.length() < 3 && byteOrderMark.indexOf(held.peek()) === 0) return
      isFirst = false
      const opening = Buffer.from(held.take())
      scan(opening, opening.indexOf(byteOrderMark) === 0 ? 3 : 0, opening.length)
    },
    heldBytes: held.length,
  }
}

const tooLong = (limitBytes: number): RangeError =>
  new RangeError(`expected an event of at most ${limitBytes} bytes`)

/** The place of a byte; `end`, or one behind it, when it is not there. The search is native: 20 ns. */
function find(bytes: Buffer, byte: number, from: number, end: number): number {
  const at = bytes.indexOf(byte, from)
  return at < 0 ? end : at
}
