/** Adds to what a load client says of itself what only the schedule tells: how late it sent. */

import type { ClientProof } from '../core/clientProof.ts'
import { quantile } from '../stats/descriptive.ts'
import type { RequestRecord } from '../workloads/driveLoad.ts'

/** The wait for a place under a concurrency cap is not the client's: it is left out, and kept with each request. */
export function withSendSkew(
  proof: ClientProof | null,
  requests: readonly RequestRecord[],
): ClientProof | null {
  if (proof === null) return null
  const skews = requests.flatMap(({ scheduledAtMs, queueWaitMs = 0, sentAtMs }) =>
    scheduledAtMs === undefined ? [] : [sentAtMs - scheduledAtMs - queueWaitMs],
  )
  return { ...proof, sendSkewP99Ms: quantile(Float64Array.from(skews).sort(), 0.99) }
}
