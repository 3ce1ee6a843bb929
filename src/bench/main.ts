/** `npm run bench`: measures what we promise of speed and memory and prints one table. Figures hold for this machine, idle. */

import { formatNumber } from '../core/units.ts'
import type { BenchRow } from './benchRow.ts'
import { startup } from './startup.ts'

const benches = [startup]

const rows: BenchRow[] = []
for (const bench of benches) rows.push(...(await bench()))
process.stdout.write(renderTable(rows))

function renderTable(rows: readonly BenchRow[]): string {
  const cells = [
    ['what', 'figure', 'limit', ''],
    ...rows.map(({ name, value, unit, limit, isMet }) => [
      name,
      `${formatNumber(value)} ${unit}`,
      limit === null ? '-' : `${formatNumber(limit)} ${unit}`,
      limit === null ? '' : isMet ? 'met' : 'NOT MET',
    ]),
  ]
  const widths = [0, 1, 2, 3].map((column) =>
    Math.max(...cells.map((row) => (row[column] ?? '').length)),
  )
  return cells
    .map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  '))
    .map((line) => `${line.trimEnd()}\n`)
    .join('')
}
