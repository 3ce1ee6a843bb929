/** What was measured, engine by engine, as a table. Pure. */

import { formatNumber } from '../../core/units.ts'
import type { Result } from '../../store/resultFile.ts'
import type { Measured } from './runEngine.ts'

const headings = ['engine', 'version', 'tokens/s', 'TTFT p50', 'ITL p50', 'J/token', 'energy by']

export function renderEngines(measured: readonly Measured[]): string {
  const rows = measured.map(({ name, result }) => [
    name,
    result.backend.version,
    figure(result.throughput.outputTokensPerSecond),
    figure(result.latency.timeToFirstToken?.p50Ms ?? null, ' ms'),
    figure(result.latency.interTokenLatency?.p50Ms ?? null, ' ms'),
    figure(result.energy.total.joulesPerOutputToken),
    sourcesOf(result),
  ])
  const widths = headings.map((heading, column) =>
    Math.max(heading.length, ...rows.map((row) => row[column]?.length ?? 0)),
  )
  return [headings, ...rows]
    .map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  '))
    .join('\n')
}

const figure = (value: number | null, unit = ''): string =>
  value === null ? '-' : `${formatNumber(value)}${unit}`

function sourcesOf({ energy }: Result): string {
  const counted = energy.domains.filter(({ energyJ }) => energyJ !== null)
  return [
    ...new Set(counted.map(({ domain: { source, method } }) => `${source} (${method})`)),
  ].join(', ')
}
