/** Sends the requests as the load says: so many at a time, or each at its time. */

import type { BackendSession, GenerateRequest } from '../backends/backend.ts'
import { driveLoad, type RequestRecord } from './driveLoad.ts'
import { driveOpenLoop } from './driveOpenLoop.ts'
import type { LoadPlan } from './planLoad.ts'
import type { SendOptions } from './sendRequest.ts'

export interface RunLoadOptions extends SendOptions {
  /** When it begins, CLOCK_MONOTONIC milliseconds; absent: now. */
  startAtMs?: number
  /** Told after every request. */
  onRequest?(record: RequestRecord): void
}

/** Returns a record of every request, in their order. Rejects only when aborted. */
export async function runLoad(
  session: BackendSession,
  requests: readonly GenerateRequest[],
  { plan, startAtMs, ...options }: RunLoadOptions & { plan: LoadPlan },
): Promise<RequestRecord[]> {
  if (plan.kind === 'open') {
    const { arrivalsMs, concurrencyCap } = plan
    const schedule = { arrivalsMs, concurrencyCap, startAtMs }
    return withStages(await driveOpenLoop(session, requests, { ...options, ...schedule }), plan)
  }
  const { clock, signal } = options
  const restMs = startAtMs === undefined ? 0 : startAtMs - clock.nowMs()
  if (restMs > 0) await clock.sleep(restMs, signal)
  return driveLoad(session, requests, { ...options, concurrency: plan.concurrency })
}

/** The same records, each with the stage that it was due in. */
export function withStages(records: RequestRecord[], plan: LoadPlan): RequestRecord[] {
  if (plan.kind === 'closed' || plan.stages === null) return records
  for (const record of records) record.stage = plan.stages[record.index] ?? 0
  return records
}
