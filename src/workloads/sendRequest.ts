/** Sends one request and keeps what happened to it, in a record whose arrays were made before. */

import type { BackendSession, GenerateRequest } from '../backends/backend.ts'
import type { Clock } from '../core/clock.ts'
import { messageOf } from '../core/errors.ts'
import type { RequestRecord } from './driveLoad.ts'

export interface PreparedRequest {
  request: GenerateRequest
  record: RequestRecord
}

export function prepareRequest(request: GenerateRequest): PreparedRequest {
  const { index, promptTokens, maxOutputTokens } = request
  return {
    request,
    record: {
      index,
      promptTokens: promptTokens?.length ?? null,
      sentAtMs: 0,
      endedAtMs: 0,
      stepCount: 0,
      stepAtMs: new Float64Array(maxOutputTokens),
      stepTokens: new Uint32Array(maxOutputTokens),
      outcome: { status: 'failed', reason: 'not sent' },
    },
  }
}

/** Resolves when the request ended, however it did. */
export async function sendRequest(
  session: BackendSession,
  { request, record }: PreparedRequest,
  { clock, signal }: { clock: Clock; signal: AbortSignal },
): Promise<void> {
  // Many sent in one turn of the loop would reach the wire only after the last of them was built: 25 ms for 256.
  await new Promise(setImmediate)
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
