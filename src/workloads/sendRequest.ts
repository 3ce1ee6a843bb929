/** Sends one request and keeps what happened to it, in a record whose arrays were made before. */

import type { BackendSession, Completion, GenerateRequest } from '../backends/backend.ts'
import type { Clock } from '../core/clock.ts'
import { AppError, messageOf } from '../core/errors.ts'
import { formatDuration } from '../core/units.ts'
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

export interface SendOptions {
  clock: Clock
  signal: AbortSignal
  /** Longest time of one request; absent for no limit of ours. */
  timeoutMs?: number | undefined
}

/** Resolves when the request ended, however it did. */
export async function sendRequest(
  session: BackendSession,
  { request, record }: PreparedRequest,
  options: SendOptions,
): Promise<void> {
  const { clock } = options
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
  using limit = openLimit(options)
  record.sentAtMs = clock.nowMs()
  try {
    const completion = await session.generate(request, onTokens, limit.signal)
    record.endedAtMs = clock.nowMs()
    record.outcome = isEmpty(record, completion)
      ? { status: 'empty', reason: 'empty: it ended without a token' }
      : { status: 'completed', completion }
  } catch (cause) {
    // A request that fails is an outcome of its own, never a lost one; an abort is rethrown by the caller.
    record.endedAtMs = clock.nowMs()
    record.outcome = { status: statusOf(cause), reason: messageOf(cause) }
  }
}

const isEmpty = ({ stepCount }: RequestRecord, { outputTokens }: Completion): boolean =>
  stepCount === 0 && (outputTokens ?? 0) === 0

function statusOf(cause: unknown): 'failed' | 'timed_out' | 'empty' {
  if (!(cause instanceof AppError)) return 'failed'
  if (cause.code === 'REQUEST_TIMED_OUT') return 'timed_out'
  return cause.code === 'REQUEST_EMPTY' ? 'empty' : 'failed'
}

/** The signal of one request: that of the load, and the end of its time. */
function openLimit({
  clock,
  signal,
  timeoutMs,
}: SendOptions): Disposable & { signal: AbortSignal } {
  if (timeoutMs === undefined) return { signal, [Symbol.dispose]() {} }
  const isOver = new AbortController()
  const ended = new AbortController()
  const detail = `it took longer than ${formatDuration(timeoutMs)}`
  clock.sleep(timeoutMs, ended.signal).then(
    () => isOver.abort(new AppError('REQUEST_TIMED_OUT', { kind: 'timed out', detail })),
    // The request ended before its time.
    () => {},
  )
  return {
    signal: AbortSignal.any([signal, isOver.signal]),
    [Symbol.dispose]: () => ended.abort(),
  }
}
