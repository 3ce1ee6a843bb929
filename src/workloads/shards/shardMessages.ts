/** What a worker and the processes that send a share of its load say to each other: one JSON value per line over stdio. */

import { z } from 'zod'
import { clientProofSchema } from '../../core/clientProof.ts'
import type { RequestRecord } from '../driveLoad.ts'

const count = z.int().min(0)
const countOrNull = count.nullable()

/** The first line that a shard reads. The second is the time to begin at. */
export const shardTaskSchema = z.object({
  /** Settings of the client, as the backend's session gives them. May hold an API key: never printed, never an argument. */
  client: z.json(),
  connections: z.int().min(1),
  timeoutMs: z.number().nullable(),
  plan: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('closed'), concurrency: z.int().min(1) }),
    z.object({
      kind: z.literal('open'),
      arrivalsMs: z.array(z.number()),
      concurrencyCap: countOrNull,
    }),
  ]),
  requests: z.array(
    z.object({
      index: count,
      prompt: z.string(),
      promptTokens: z.array(z.number()).nullable(),
      maxOutputTokens: count,
      seed: count,
    }),
  ),
})
export type ShardTask = z.infer<typeof shardTaskSchema>

/** Clocks of processes on one machine agree: CLOCK_MONOTONIC, milliseconds. */
export const shardStartSchema = z.object({ startAtMs: z.number() })

const outcomeSchema = z.discriminatedUnion('status', [
  z.object({
    status: z.literal('completed'),
    completion: z.object({
      inputTokens: countOrNull,
      outputTokens: countOrNull,
      finishReason: z.enum(['length', 'stop', 'other']),
      text: z.string().nullable(),
      cachedInputTokens: countOrNull.optional(),
      tokenCounts: z
        .object({
          continuousUsage: countOrNull,
          finalUsage: countOrNull,
          tokenIds: countOrNull,
          logprobs: countOrNull,
          chunks: count,
          stepsBy: z.enum(['continuous usage', 'token ids', 'logprobs', 'spread', 'chunks']),
        })
        .optional(),
    }),
  }),
  z.object({ status: z.enum(['failed', 'timed_out', 'empty']), reason: z.string() }),
])

/** Stamps as base64 of their bytes: the same doubles come out that went in. */
const sentRecordSchema = z.object({
  index: count,
  promptTokens: countOrNull,
  scheduledAtMs: z.number().optional(),
  queueWaitMs: z.number().optional(),
  sentAtMs: z.number(),
  endedAtMs: z.number(),
  stepAtMs: z.base64(),
  stepTokens: z.base64(),
  outcome: outcomeSchema,
})

export const shardSaysSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('ready') }),
  z.object({ type: z.literal('progress'), requests: count, tokens: count }),
  z.object({ type: z.literal('record'), record: sentRecordSchema }),
  z.object({ type: z.literal('done'), proof: clientProofSchema }),
  z.object({ type: z.literal('failed'), reason: z.string() }),
])
export type ShardSays = z.infer<typeof shardSaysSchema>

export function packRecord(record: RequestRecord): z.infer<typeof sentRecordSchema> {
  const { stepCount, stepAtMs, stepTokens, stage: _, ...rest } = record
  return {
    ...rest,
    stepAtMs: base64Of(stepAtMs.slice(0, stepCount)),
    stepTokens: base64Of(stepTokens.slice(0, stepCount)),
  }
}

export function unpackRecord(sent: z.infer<typeof sentRecordSchema>): RequestRecord {
  const { scheduledAtMs, queueWaitMs, outcome, ...rest } = sent
  const stepAtMs = new Float64Array(bytesOf(sent.stepAtMs))
  return {
    ...rest,
    ...(scheduledAtMs === undefined ? {} : { scheduledAtMs }),
    ...(queueWaitMs === undefined ? {} : { queueWaitMs }),
    stepCount: stepAtMs.length,
    stepAtMs,
    stepTokens: new Uint32Array(bytesOf(sent.stepTokens)),
    outcome: outcome.status === 'completed' ? unpackCompletion(outcome) : outcome,
  }
}

/** Absent stays absent. */
function unpackCompletion({
  status,
  completion: { cachedInputTokens, tokenCounts, ...completion },
}: Extract<z.infer<typeof outcomeSchema>, { status: 'completed' }>): RequestRecord['outcome'] {
  return {
    status,
    completion: {
      ...completion,
      ...(cachedInputTokens === undefined ? {} : { cachedInputTokens }),
      ...(tokenCounts === undefined ? {} : { tokenCounts }),
    },
  }
}

const base64Of = ({ buffer, byteOffset, byteLength }: Float64Array | Uint32Array): string =>
  Buffer.from(buffer, byteOffset, byteLength).toString('base64')

/** A copy of its own: a small buffer shares its memory with others and need not be aligned. */
const bytesOf = (base64: string): ArrayBuffer =>
  new Uint8Array(Buffer.from(base64, 'base64')).buffer
