/** `npm run bench`: measures what we promise of speed and memory and prints one table. Figures hold for this machine, idle. */

import { formatNumber } from '../core/units.ts'
import type { BenchRow } from './benchRow.ts'
import { client } from './client.ts'
import { docker } from './docker.ts'
import { ggufWriter } from './ggufWriter.ts'
import { lab } from './lab.ts'
import { llamacpp } from './llamacpp.ts'
import { plan } from './plan.ts'
import { powerTable } from './powerTable.ts'
import { sampler } from './sampler.ts'
import { shards } from './shards.ts'
import { startup } from './startup.ts'
import { study } from './study.ts'

const benches = [
  startup,
  sampler,
  powerTable,
  lab,
  ggufWriter,
  llamacpp,
  client,
  shards,
  plan,
  study,
  docker,
]

/** Names of benches to run; all when there is none. */
const wanted = process.argv.slice(2)
const rows: BenchRow[] = []
for (const bench of benches) {
  if (wanted.length === 0 || wanted.includes(bench.name)) rows.push(...(await bench()))
}
process.stdout.write(renderTable(rows))

function renderTable(rows: readonly BenchRow[]): string {
  const cells = [
    ['what', 'figure', 'limit', ''],
    ...rows.map(({ name, value, unit, limit, isMet }) => [
      name,
      `${formatNumber(value)} ${unit}`,
      limit === null ? '-' : `${formatNumber(limit)} ${unit}`,
      limit === null && isMet ? '' : isMet ? 'met' : 'NOT MET',
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
