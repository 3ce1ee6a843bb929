/** Reads the text format of Prometheus (version 0.0.4, prometheus.io/docs/instrumenting/exposition_formats). Pure. */

/** Samples by name, summed over their labels: an engine with several replicas has one sample for each. */
export type Metrics = ReadonlyMap<string, number>

/** Looks at the wanted names alone: engines tell of thousands of buckets that nobody asks for. Malformed lines are left out. */
export function parseMetrics(text: string, wanted: ReadonlySet<string>): Metrics {
  const found = new Map<string, number>()
  let start = 0
  while (start < text.length) {
    const newline = text.indexOf('\n', start)
    const end = newline < 0 ? text.length : newline
    const nameEnd = endOfName(text, start, end)
    const name = text.slice(start, nameEnd)
    if (wanted.has(name)) {
      const value = valueAt(text, nameEnd, end)
      if (value !== null) found.set(name, (found.get(name) ?? 0) + value)
    }
    start = end + 1
  }
  return found
}

function endOfName(text: string, start: number, end: number): number {
  for (let at = start; at < end; at++) {
    const character = text[at]
    if (character === '{' || character === ' ' || character === '\t') return at
  }
  return end
}

/** The value behind the labels, whose texts may hold braces and escaped quotes; a time may follow it. */
function valueAt(text: string, start: number, end: number): number | null {
  const rest = text.slice(start, end).replace(/^\{(?:[^"}]|"(?:[^"\\]|\\.)*")*\}/, '')
  const [written = ''] = rest.trim().split(/\s+/)
  const value = written === '' ? Number.NaN : Number(written)
  return Number.isFinite(value) ? value : null
}
