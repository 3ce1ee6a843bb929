/** Puts the runs of a study side by side: one line per experiment, its cycles taken together. Pure. */

import { type Interval, meanInterval } from '../stats/interval.ts'
import type { SummaryRow } from '../store/summaryRow.ts'

export interface ComparedExperiment {
  /** As `llem plan` counts the experiments of the study, from 1. */
  number: number
  label: string
  /** Measured cycles. */
  measured: number
  /** Cycles that failed, and why the first of them did. */
  failed: number
  failureCode: string | null
  /** Of them those whose load client passed a limit of its own: it may have been what was slow. */
  clientLimited: number
  /** Of them those that the figures are of. */
  compared: number
  /** Requests of the compared cycles, and those of them that failed, timed out or were empty. */
  requests: number
  unfinishedRequests: number
  /** Means over the compared cycles with the spread between them; null as soon as one cycle is unknown, and without any. */
  joulesPerOutputToken: Interval | null
  outputTokensPerSecond: Interval | null
  timeToFirstTokenP50Ms: Interval | null
  interTokenLatencyP50Ms: Interval | null
  isEstimate: boolean
  isSynthetic: boolean
}

export interface CompareOptions {
  /** Compares cycles whose load client was at its limit too; absent: their figures are refused. */
  includesClientLimited?: boolean
}

/** In the order of the plan. Skipped runs say nothing and are left out. */
export function compareRuns(
  rows: readonly SummaryRow[],
  options: CompareOptions = {},
): ComparedExperiment[] {
  const groups = new Map<string, SummaryRow[]>()
  for (const row of rows) {
    if (row.status === 'skipped') continue
    groups.set(row.configHash, [...(groups.get(row.configHash) ?? []), row])
  }
  return [...groups.values()]
    .map((cycles) => compare(cycles, options))
    .sort((a, b) => a.number - b.number)
}

function compare(
  cycles: readonly SummaryRow[],
  { includesClientLimited = false }: CompareOptions,
): ComparedExperiment {
  const measured = cycles.filter(({ status }) => status === 'measured')
  const failed = cycles.filter(({ status }) => status === 'failed')
  const trusted = measured.filter(({ isClientLimited }) => isClientLimited !== true)
  const compared = includesClientLimited ? measured : trusted
  const figure = (value: (row: SummaryRow) => number | null): Interval | null => {
    const values = compared.map(value)
    const known = values.filter((one) => one !== null)
    // A mean over some of the cycles would be a mean of those that went well.
    return known.length < values.length ? null : meanInterval(known)
  }
  const sum = (value: (row: SummaryRow) => number | null): number =>
    compared.reduce((total, row) => total + (value(row) ?? 0), 0)
  return {
    number: cycles[0]?.experiment ?? 0,
    label: cycles[0]?.label ?? '',
    measured: measured.length,
    clientLimited: measured.length - trusted.length,
    compared: compared.length,
    failed: failed.length,
    failureCode: failed[0]?.failureCode ?? null,
    requests: sum((row) => row.requests),
    unfinishedRequests: sum((row) => row.unfinishedRequests),
    joulesPerOutputToken: figure((row) => row.joulesPerOutputToken),
    outputTokensPerSecond: figure((row) => row.outputTokensPerSecond),
    timeToFirstTokenP50Ms: figure((row) => row.timeToFirstTokenP50Ms),
    interTokenLatencyP50Ms: figure((row) => row.interTokenLatencyP50Ms),
    isEstimate: compared.some(({ isEstimate }) => isEstimate === true),
    isSynthetic: compared.some(({ isSynthetic }) => isSynthetic === true),
  }
}
