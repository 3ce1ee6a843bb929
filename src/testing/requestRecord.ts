/** Builds the record of one request for tests of what is computed from it. */

import type { RequestRecord } from '../workloads/driveLoad.ts'

export interface RecordParts {
  index?: number
  sentAtMs?: number
  /** Stamp and token count of each decoding step. */
  steps: readonly (readonly [atMs: number, tokens: number])[]
  endedAtMs?: number
  promptTokens?: number | null
  /** What the engine counted; null when it does not tell. */
  outputTokens?: number | null
  failure?: string
}

export function requestRecord({ steps, ...parts }: RecordParts): RequestRecord {
  const { index = 0, sentAtMs = 0, promptTokens = 8, outputTokens = null, failure } = parts
  return {
    index,
    promptTokens,
    sentAtMs,
    endedAtMs: parts.endedAtMs ?? steps.at(-1)?.[0] ?? sentAtMs,
    stepCount: steps.length,
    stepAtMs: Float64Array.from(steps.map(([atMs]) => atMs)),
    stepTokens: Uint32Array.from(steps.map(([, tokens]) => tokens)),
    outcome:
      failure === undefined
        ? {
            status: 'completed',
            completion: {
              inputTokens: promptTokens,
              outputTokens,
              finishReason: 'length',
              text: null,
            },
          }
        : { status: 'failed', reason: failure },
  }
}
