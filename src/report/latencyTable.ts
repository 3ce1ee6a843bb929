/** The latency part of the text report: one table in milliseconds. */

import { formatNumber } from '../core/units.ts'
import type { Result } from '../store/resultFile.ts'
import type { Latency } from '../store/resultLoad.ts'
import { labelWidth } from './wrapRow.ts'

const columnWidth = 9

/** Lines of the table: a heading with the quantiles, then a row per kind of latency. */
export function latencyTable({ latency }: Result): { heading: string; rows: string[] } {
  return {
    heading: `${'Latency (ms)'.padEnd(labelWidth)}${cells(['mean', 'p50', 'p90', 'p95', 'p99', 'count'])}`,
    rows: [
      tableRow('first token', latency.timeToFirstToken),
      tableRow('inter-token', latency.interTokenLatency),
      tableRow('end to end', latency.endToEnd),
      ...scheduledRows(latency.scheduled),
    ],
  }
}

/** What a user waits, from the time a request was due. */
function scheduledRows(scheduled: Result['latency']['scheduled']): string[] {
  if (scheduled === null) return []
  return [
    tableRow('  first, from due', scheduled.timeToFirstToken),
    tableRow('  end, from due', scheduled.endToEnd),
  ]
}

function tableRow(label: string, latency: Latency): string {
  const start = `  ${label}`.padEnd(labelWidth)
  if (latency === null) return `${start}${cells(['unknown'])}`
  const { meanMs, p50Ms, p90Ms, p95Ms, p99Ms, count } = latency
  const figures = [meanMs, p50Ms, p90Ms, p95Ms, p99Ms].map((ms) => formatNumber(ms))
  return `${start}${cells([...figures, String(count)])}`
}

const cells = (texts: readonly string[]): string =>
  texts.map((text) => text.padStart(columnWidth)).join('')
