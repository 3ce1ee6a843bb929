/** Sends the requests as the load says: so many at a time, or each at its time. */

import type { BackendSession, GenerateRequest } from '../backends/backend.ts'
import { driveLoad, type RequestRecord } from './driveLoad.ts'
import { driveOpenLoop } from './driveOpenLoop.ts'
import type { LoadPlan } from './planLoad.ts'
import type { SendOptions } from './sendRequest.ts'

export interface RunLoadOptions extends SendOptions {
  /** Told after every request. */
  onRequest?(record: RequestRecord): void
}

/** Returns a record of every request, in their order. Rejects only when aborted. */
export async function runLoad(
  session: BackendSession,
  requests: readonly GenerateRequest[],
  { plan, ...options }: RunLoadOptions & { plan: LoadPlan },
): Promise<RequestRecord[]> {
  if (plan.kind === 'closed')
    return driveLoad(session, requests, { ...options, concurrency: plan.concurrency })
  const { arrivalsMs, concurrencyCap, stages } = plan
  const records = await driveOpenLoop(session, requests, { ...options, arrivalsMs, concurrencyCap })
  if (stages !== null) for (const record of records) record.stage = stages[record.index] ?? 0
  return records
}
