/** Sends the requests of one run and stamps every token. Nothing here prints, and nothing is allocated per token. */

import type { BackendSession, Completion, GenerateRequest } from '../backends/backend.ts'
import { prepareRequest, type SendOptions, sendRequest } from './sendRequest.ts'

/** What happened to one request. Stamps are CLOCK_MONOTONIC milliseconds. */
export interface RequestRecord {
  index: number
  /** Prompt tokens we sent; null when the backend has no tokenizer of its own. */
  promptTokens: number | null
  /** When an open loop had it sent; absent in a closed loop. */
  scheduledAtMs?: number
  /** Which stage of a ramp it was due in, from 0; absent for other loads. */
  stage?: number
  /** How long it then waited for a place under the cap of an open loop. */
  queueWaitMs?: number
  sentAtMs: number
  endedAtMs: number
  /** Decoding steps seen: `stepAtMs[i]` brought `stepTokens[i]` tokens. Only the first `stepCount` entries count. */
  stepCount: number
  stepAtMs: Float64Array
  stepTokens: Uint32Array
  outcome:
    | { status: 'completed'; completion: Completion }
    /** `timed_out`: it took too long, or stood still for too long; `empty`: it ended without a token. */
    | { status: 'failed' | 'timed_out' | 'empty'; reason: string }
}

export interface LoadOptions extends SendOptions {
  concurrency: number
  /** Told after every request. */
  onRequest?(record: RequestRecord): void
  /** Ends the load early: no further request is sent once it answers true. */
  isEnough?(): boolean
}

/**
 * Keeps `concurrency` requests in flight until all are done (a closed loop) and returns the records of those sent.
 * A request that fails is an outcome in its record. Rejects only when aborted.
 */
export async function driveLoad(
  session: BackendSession,
  requests: readonly GenerateRequest[],
  options: LoadOptions,
): Promise<RequestRecord[]> {
  const { concurrency, signal, onRequest, isEnough } = options
  const prepared = requests.map(prepareRequest)
  let sentCount = 0
  const lane = async (): Promise<void> => {
    for (;;) {
      const next = prepared[sentCount]
      if (next === undefined || isEnough?.() === true) return
      sentCount++
      await sendRequest(session, next, options)
      signal.throwIfAborted()
      onRequest?.(next.record)
    }
  }
  await Promise.all(Array.from({ length: Math.min(concurrency, requests.length) }, lane))
  return prepared.slice(0, sentCount).map(({ record }) => record)
}
