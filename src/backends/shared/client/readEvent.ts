/** Takes the data out of the bytes of one event. */

/**
 * The data of one event: the bytes from `start` up to `end`, good during the call only.
 * `name` is the event's `event` field, empty when it has none.
 */
export type OnEvent = (bytes: Buffer, start: number, end: number, name: string) => void

export interface EventBytes {
  bytes: Buffer
  start: number
  /** Behind the line end of the last line. */
  end: number
  lineCount: number
}

const lf = 10
const cr = 13
const space = 32
const colon = 58

/** Calls `onEvent` unless the event has no data: comments and other fields alone are no event. */
export function readEvent(event: EventBytes, onEvent: OnEvent): void {
  const { bytes, start, end, lineCount } = event
  if (lineCount === 1 && beginsWithData(bytes, start)) {
    onEvent(bytes, valueStart(bytes, start + 5), lineEnd(bytes, start, end), '')
  } else {
    readFields(event, onEvent)
  }
}

/** `data:`, compared byte by byte: a call into native code costs more than the five. */
function beginsWithData(bytes: Buffer, at: number): boolean {
  return (
    bytes[at] === 0x64 &&
    bytes[at + 1] === 0x61 &&
    bytes[at + 2] === 0x74 &&
    bytes[at + 3] === 0x61 &&
    bytes[at + 4] === colon
  )
}

/** Any event at all: several lines, comments, a name, fields without a colon. */
function readFields({ bytes, start, end }: EventBytes, onEvent: OnEvent): void {
  const values: Buffer[] = []
  let name = ''
  for (let from = start; from < end; ) {
    const to = lineEnd(bytes, from, nextLine(bytes, from, end))
    const colonAt = bytes.subarray(from, to).indexOf(colon)
    const fieldEnd = colonAt < 0 ? to : from + colonAt
    const value = bytes.subarray(Math.min(to, valueStart(bytes, fieldEnd + 1)), to)
    const field = bytes.toString('latin1', from, fieldEnd)
    if (field === 'data') values.push(value)
    if (field === 'event') name = value.toString('utf8')
    from = nextLine(bytes, from, end)
  }
  if (values.length === 0) return
  const data = Buffer.concat(values.flatMap((value, i) => (i === 0 ? [value] : [newline, value])))
  onEvent(data, 0, data.length, name)
}

const newline = Buffer.from('\n')

/** One space after the colon does not belong to the value. */
const valueStart = (bytes: Buffer, at: number): number => (bytes[at] === space ? at + 1 : at)

/** Where the text of a line ends, given where the next one begins. */
function lineEnd(bytes: Buffer, from: number, next: number): number {
  let end = next
  while (end > from && (bytes[end - 1] === lf || bytes[end - 1] === cr)) end--
  return end
}

/** Where the next line begins: behind a CR, an LF, or both. */
function nextLine(bytes: Buffer, from: number, end: number): number {
  for (let at = from; at < end; at++) {
    if (bytes[at] === lf) return at + 1
    if (bytes[at] === cr) return bytes[at + 1] === lf ? at + 2 : at + 1
  }
  return end
}
