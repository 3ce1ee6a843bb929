/** Counts the requests of a window by how they ended, and how many were in flight. */

import type { ExperimentConfig } from '../config/experimentConfig.ts'
import { inFlightLimit } from '../config/loadConfig.ts'
import type { Result, Window } from '../store/resultFile.ts'
import type { RequestRecord } from '../workloads/driveLoad.ts'

export function summarizeRequests(
  records: readonly RequestRecord[],
  config: ExperimentConfig,
  { startMs, endMs }: Window,
): Result['requests'] {
  const counts = { completed: 0, failed: 0, timed_out: 0, empty: 0 }
  let inFlightMs = 0
  for (const { outcome, sentAtMs, endedAtMs } of records) {
    counts[outcome.status]++
    inFlightMs += endedAtMs - sentAtMs
  }
  const { completed, failed, timed_out: timedOut, empty } = counts
  return {
    total: records.length,
    completed,
    failed,
    timedOut,
    empty,
    mode: config.load.mode,
    concurrency: inFlightLimit(config),
    meanInFlight: endMs > startMs ? inFlightMs / (endMs - startMs) : records.length,
    peakInFlight: peakInFlight(records),
  }
}

/** A request that is sent when another ends comes after it. */
function peakInFlight(records: readonly RequestRecord[]): number {
  const ascending = (times: number[]): Float64Array => Float64Array.from(times).sort()
  const sent = ascending(records.map(({ sentAtMs }) => sentAtMs))
  const ended = ascending(records.map(({ endedAtMs }) => endedAtMs))
  let peak = 0
  let endedCount = 0
  sent.forEach((atMs, index) => {
    while ((ended[endedCount] ?? Number.POSITIVE_INFINITY) <= atMs) endedCount++
    peak = Math.max(peak, index + 1 - Math.min(endedCount, index))
  })
  return peak
}
