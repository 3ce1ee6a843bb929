/** Sends the requests of one run and stamps every token. Nothing here prints, and nothing is allocated per token. */

import type { BackendSession, Completion, GenerateRequest } from '../backends/backend.ts'
import type { Clock } from '../core/clock.ts'
import { messageOf } from '../core/errors.ts'

/** What happened to one request. Stamps are CLOCK_MONOTONIC milliseconds. */
export interface RequestRecord {
  index: number
  /** Prompt tokens we sent; null when the backend has no tokenizer of its own. */
  promptTokens: number | null
  sentAtMs: number
  endedAtMs: number
  /** Decoding steps seen: `stepAtMs[i]` brought `stepTokens[i]` tokens. Only the first `stepCount` entries count. */
  stepCount: number
  stepAtMs: Float64Array
  stepTokens: Uint32Array
  outcome: { status: 'completed'; completion: Completion } | { status: 'failed'; reason: string }
}

export interface LoadOptions {
  concurrency: number
  clock: Clock
  signal: AbortSignal
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
  const prepared = requests.map((request) => ({ request, record: emptyRecord(request) }))
  let sentCount = 0
  const lane = async (): Promise<void> => {
    for (;;) {
      const next = prepared[sentCount]
      if (next === undefined || isEnough?.() === true) return
      sentCount++
      await sendOne(session, next, options)
      signal.throwIfAborted()
      onRequest?.(next.record)
    }
  }
  await Promise.all(Array.from({ length: Math.min(concurrency, requests.length) }, lane))
  return prepared.slice(0, sentCount).map(({ record }) => record)
}

function emptyRecord({ index, promptTokens, maxOutputTokens }: GenerateRequest): RequestRecord {
  return {
    index,
    promptTokens: promptTokens?.length ?? null,
    sentAtMs: 0,
    endedAtMs: 0,
    stepCount: 0,
    stepAtMs: new Float64Array(maxOutputTokens),
    stepTokens: new Uint32Array(maxOutputTokens),
    outcome: { status: 'failed', reason: 'not sent' },
  }
}

async function sendOne(
  session: BackendSession,
  { request, record }: { request: GenerateRequest; record: RequestRecord },
  { clock, signal }: LoadOptions,
): Promise<void> {
  const { stepAtMs, stepTokens } = record
  const onTokens = (atMs: number, count: number): void => {
    if (record.stepCount < stepAtMs.length) {
      stepAtMs[record.stepCount] = atMs
      stepTokens[record.stepCount++] = count
    } else {
      // An engine that gives more steps than tokens were asked for: the last step takes the surplus.
      const last = stepAtMs.length - 1
      stepAtMs[last] = atMs
      stepTokens[last] = (stepTokens[last] ?? 0) + count
    }
  }
  record.sentAtMs = clock.nowMs()
  try {
    const completion = await session.generate(request, onTokens, signal)
    record.endedAtMs = clock.nowMs()
    record.outcome = { status: 'completed', completion }
  } catch (cause) {
    // A request that fails is an outcome of its own, never a lost one; an abort is rethrown by the caller.
    record.endedAtMs = clock.nowMs()
    record.outcome = { status: 'failed', reason: messageOf(cause) }
  }
}
