/** What a person may watch while a load runs: requests and tokens, told at most once a second and never per token. */

import type { WorkerContext } from '../core/context.ts'
import { msToSeconds } from '../core/units.ts'
import type { RequestRecord } from '../workloads/driveLoad.ts'
import { streamedTokens } from './countTokens.ts'

export interface LoadListener {
  onRequest(record: RequestRecord): void
  /** For a load whose requests are not seen one by one: how many have ended, and their tokens. */
  onProgress(requests: number, tokens: number): void
}

const everyMs = 1000

/** Runs a load with a listener for its requests, and tells where it stands: now and then, and at its end. */
export async function tellLoad<T>(
  { phase, requestsTotal }: { phase: 'warmup' | 'measure'; requestsTotal: number | null },
  { clock, emit }: WorkerContext,
  run: (listener: LoadListener) => Promise<T>,
): Promise<T> {
  const startMs = clock.nowMs()
  let requestsDone = 0
  let outputTokens = 0
  let toldMs = startMs
  const tell = (nowMs: number): void => {
    toldMs = nowMs
    const seconds = msToSeconds(nowMs - startMs)
    const tokensPerSecond = seconds > 0 ? outputTokens / seconds : null
    emit({ type: 'load', phase, requestsDone, requestsTotal, outputTokens, tokensPerSecond })
  }
  const add = (requests: number, tokens: number, atMs: number): void => {
    requestsDone += requests
    outputTokens += tokens
    if (atMs - toldMs >= everyMs) tell(atMs)
  }
  const value = await run({
    onRequest: (record) => add(1, streamedTokens(record), record.endedAtMs),
    onProgress: (requests, tokens) => add(requests, tokens, clock.nowMs()),
  })
  tell(clock.nowMs())
  return value
}
