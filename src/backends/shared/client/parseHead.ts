/** The head of an HTTP/1.1 answer: its status and its fields. */

export interface ResponseHead {
  version: '1.0' | '1.1'
  status: number
  /** By lower-case name; of a repeated field the last. */
  headers: ReadonlyMap<string, string>
}

/** Throws `SyntaxError` at what is no such head. */
export function parseHead(text: string): ResponseHead {
  const [first = '', ...lines] = text.split('\r\n')
  const match = /^HTTP\/1\.([01]) (\d{3})(?: |$)/.exec(first)
  if (match === null) throw new SyntaxError('no HTTP/1 status line')
  const headers = new Map<string, string>()
  for (const line of lines) {
    const colon = line.indexOf(':')
    if (colon < 1) throw new SyntaxError('a header without a name')
    headers.set(line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim())
  }
  return { version: match[1] === '0' ? '1.0' : '1.1', status: Number(match[2]), headers }
}
