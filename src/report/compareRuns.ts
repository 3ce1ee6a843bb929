/** Puts the runs of a study side by side: one line per experiment, its cycles taken together. Pure. */

import { type Interval, meanInterval } from '../stats/interval.ts'
import type { SummaryRow } from '../store/summaryRow.ts'

export interface ComparedExperiment {
  label: string
  /** Measured cycles. */
  measured: number
  /** Cycles that failed, and why the first of them did. */
  failed: number
  failureCode: string | null
  /** Means over the measured cycles with the spread between them; null as soon as one cycle is unknown. */
  joulesPerOutputToken: Interval | null
  outputTokensPerSecond: Interval | null
  timeToFirstTokenP50Ms: Interval | null
  interTokenLatencyP50Ms: Interval | null
  isEstimate: boolean
  isSynthetic: boolean
  /** The load client passed a limit of its own in one of the cycles: it may have been what was slow. */
  isClientLimited: boolean
  warningCount: number
}

/** In the order in which the experiments first appear. Skipped runs say nothing and are left out. */
export function compareRuns(rows: readonly SummaryRow[]): ComparedExperiment[] {
  const groups = new Map<string, SummaryRow[]>()
  for (const row of rows) {
    if (row.status === 'skipped') continue
    groups.set(row.configHash, [...(groups.get(row.configHash) ?? []), row])
  }
  return [...groups.values()].map(compare)
}

function compare(cycles: readonly SummaryRow[]): ComparedExperiment {
  const measured = cycles.filter(({ status }) => status === 'measured')
  const failed = cycles.filter(({ status }) => status === 'failed')
  const figure = (value: (row: SummaryRow) => number | null): Interval | null => {
    const values = measured.map(value)
    const known = values.filter((one) => one !== null)
    // A mean over some of the cycles would be a mean of those that went well.
    return known.length < values.length ? null : meanInterval(known)
  }
  return {
    label: cycles[0]?.label ?? '',
    measured: measured.length,
    failed: failed.length,
    failureCode: failed[0]?.failureCode ?? null,
    joulesPerOutputToken: figure((row) => row.joulesPerOutputToken),
    outputTokensPerSecond: figure((row) => row.outputTokensPerSecond),
    timeToFirstTokenP50Ms: figure((row) => row.timeToFirstTokenP50Ms),
    interTokenLatencyP50Ms: figure((row) => row.interTokenLatencyP50Ms),
    isEstimate: measured.some(({ isEstimate }) => isEstimate === true),
    isSynthetic: measured.some(({ isSynthetic }) => isSynthetic === true),
    isClientLimited: measured.some(({ isClientLimited }) => isClientLimited === true),
    warningCount: measured.reduce((sum, { warningCount }) => sum + (warningCount ?? 0), 0),
  }
}
