/** Divides a load among processes: every k-th request to each, so that all are busy throughout. Pure. */

import type { GenerateRequest } from '../../backends/backend.ts'
import type { LoadPlan } from '../planLoad.ts'

export interface LoadShare {
  plan: LoadPlan
  requests: GenerateRequest[]
}

/** At most `count` shares: none is without a request, or without a place under the limit of requests in flight. */
export function splitLoad(
  plan: LoadPlan,
  requests: readonly GenerateRequest[],
  count: number,
): LoadShare[] {
  const limit = plan.kind === 'closed' ? plan.concurrency : plan.concurrencyCap
  const shares = Math.max(1, Math.min(count, requests.length, limit ?? count))
  const isOf = (share: number) => (_: unknown, position: number) => position % shares === share
  return Array.from({ length: shares }, (_, share) => ({
    requests: requests.filter(isOf(share)),
    plan:
      plan.kind === 'closed'
        ? { kind: plan.kind, concurrency: part(plan.concurrency, share, shares) }
        : {
            kind: plan.kind,
            arrivalsMs: plan.arrivalsMs.filter(isOf(share)),
            concurrencyCap: limit === null ? null : part(limit, share, shares),
            stages: plan.stages?.filter(isOf(share)) ?? null,
          },
  }))
}

/** The first shares take what is left over: parts of 5 in 3 are 2, 2 and 1. */
const part = (whole: number, share: number, shares: number): number =>
  Math.floor(whole / shares) + (share < whole % shares ? 1 : 0)
