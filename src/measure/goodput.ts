/** Goodput: the requests that kept every limit of `slo:`, over all that were sent. A request that fails keeps none. */

import type { ExperimentConfig } from '../config/experimentConfig.ts'
import { msToSeconds } from '../core/units.ts'
import type { Result } from '../store/resultFile.ts'
import type { RequestRecord } from '../workloads/driveLoad.ts'
import { dueMs, firstTokenMs, timePerOutputTokenMs } from './summarizeLatency.ts'

type Slo = NonNullable<ExperimentConfig['slo']>

/** Null without limits. */
export function goodput(
  records: readonly RequestRecord[],
  slo: Slo | undefined,
  durationMs: number,
): Result['goodput'] {
  if (slo === undefined) return null
  const good = records.filter((record) => isGood(record, slo)).length
  return {
    requests: good,
    share: records.length === 0 ? 0 : good / records.length,
    requestsPerSecond: good / msToSeconds(durationMs),
  }
}

/** Counted from when the request was due: what a user waits. A limit on what a request does not have is kept. */
function isGood(record: RequestRecord, { ttft_ms, itl_ms, e2e_ms }: Slo): boolean {
  if (record.outcome.status !== 'completed') return false
  const isKept = (foundMs: number | null, limitMs: number | undefined): boolean =>
    limitMs === undefined || foundMs === null || foundMs <= limitMs
  const since = dueMs(record)
  return (
    isKept(firstTokenMs(record, since), ttft_ms) &&
    isKept(timePerOutputTokenMs(record), itl_ms) &&
    isKept(record.endedAtMs - since, e2e_ms)
  )
}
