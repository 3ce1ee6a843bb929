/** What was measured, engine by engine, as a table. Pure. */

import { formatNumber } from '../../core/units.ts'
import type { Result } from '../../store/resultFile.ts'
import type { Measured } from './runEngine.ts'

const headings = [
  'engine',
  'version',
  'tokens/s',
  'TTFT p50',
  'ITL mean',
  'in flight',
  'cache',
  'J/token',
  'energy by',
]

export function renderEngines(measured: readonly Measured[]): string {
  const rows = measured.map(({ name, result }) => [
    name,
    result.backend.version,
    figure(result.throughput.outputTokensPerSecond),
    figure(result.latency.timeToFirstToken?.p50Ms ?? null, ' ms'),
    figure(result.latency.interTokenLatency?.meanMs ?? null, ' ms'),
    figure(result.requests.meanInFlight),
    result.cache.state ?? '-',
    figure(result.energy.total.joulesPerOutputToken),
    sourcesOf(result),
  ])
  const widths = headings.map((heading, column) =>
    Math.max(heading.length, ...rows.map((row) => row[column]?.length ?? 0)),
  )
  return [headings, ...rows]
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

/** Each warning once, in the words of the first engine that has it. */
export function renderWarnings(measured: readonly Measured[]): string {
  const byCode = new Map<string, { message: string; names: string[] }>()
  for (const { name, result } of measured) {
    for (const { code, message } of result.warnings) {
      const known = byCode.get(code)
      if (known === undefined) byCode.set(code, { message, names: [name] })
      else if (!known.names.includes(name)) known.names.push(name)
    }
  }
  return [...byCode]
    .map(([code, { message, names }]) => {
      const who = names.length === measured.length ? 'all' : names.join(', ')
      return `warning ${code} (${who}): ${message}\n`
    })
    .join('')
}

const figure = (value: number | null, unit = ''): string =>
  value === null ? '-' : `${formatNumber(value)}${unit}`

function sourcesOf({ energy }: Result): string {
  const counted = energy.domains.filter(({ energyJ }) => energyJ !== null)
  return [
    ...new Set(counted.map(({ domain: { source, method } }) => `${source} (${method})`)),
  ].join(', ')
}
