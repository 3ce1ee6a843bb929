/**
 * Gives every request a share of the joules: at each moment, what is used is shared equally among the requests in flight.
 * Requests that fail take theirs too. It is an attribution, not a measurement: a long prompt and a short one count alike
 * while both are in flight.
 */

import type { RequestRecord } from '../../../workloads/driveLoad.ts'
import type { EnergyCurve } from './energyCurve.ts'

export interface Attribution {
  /** Joules of each request, in the order of the records. */
  requestJ: Float64Array
  /** Used while no request was in flight. */
  unattributedJ: number
}

export function attributeEnergy(
  records: readonly RequestRecord[],
  curve: EnergyCurve,
): Attribution {
  // What one request that was in flight from the start would have got: a request gets the difference of its two ends.
  let sharedJ = 0
  let unattributedJ = 0
  let inFlight = 0
  let beforeJ = 0
  const requestJ = new Float64Array(records.length)
  for (const { atMs, index, isStart } of edgesOf(records)) {
    const usedJ = curve(atMs)
    if (inFlight === 0) unattributedJ += usedJ - beforeJ
    else sharedJ += (usedJ - beforeJ) / inFlight
    beforeJ = usedJ
    inFlight += isStart ? 1 : -1
    requestJ[index] = isStart ? -sharedJ : sharedJ + (requestJ[index] ?? 0)
  }
  return { requestJ, unattributedJ }
}

/** In order of time; at the same moment one that starts comes first, so that none ends before it starts. */
function edgesOf(records: readonly RequestRecord[]) {
  return records
    .flatMap(({ sentAtMs, endedAtMs }, index) => [
      { atMs: sentAtMs, index, isStart: true },
      { atMs: endedAtMs, index, isStart: false },
    ])
    .sort((a, b) => a.atMs - b.atMs || Number(b.isStart) - Number(a.isStart))
}
