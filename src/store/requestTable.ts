/** `requests.parquet`: one row per request with every stamp, so that any latency can be computed again. */

import type { SchemaElement } from 'hyparquet'
import { parquetWriteBuffer } from 'hyparquet-writer'
import { writeFileAtomic } from '../core/files.ts'

/** One request. Stamps are CLOCK_MONOTONIC milliseconds; null is unknown. */
export interface RequestRow {
  index: number
  status: 'completed' | 'failed' | 'timed_out' | 'empty'
  reason: string | null
  /** Which of `load.stages`, from 0; null for other loads. */
  stage: number | null
  /** When it was due; null in a closed loop. */
  scheduledAtMs: number | null
  queueWaitMs: number | null
  sentAtMs: number
  endedAtMs: number
  inputTokens: number | null
  /** Of those, what the engine took from its prefix cache. */
  cachedInputTokens: number | null
  outputTokens: number | null
  /** Who counted what; null where there is only one count. */
  tokenCounts: TokenCounts | null
  /** When each decoding step became visible, and how many tokens it brought. */
  stepAtMs: ArrayLike<number>
  stepTokens: ArrayLike<number>
}

/** Output tokens of one request by each who counted them; null for one who did not. */
interface TokenCounts {
  continuousUsage: number | null
  finalUsage: number | null
  tokenIds: number | null
  logprobs: number | null
  chunks: number
  stepsBy: string
}

export async function writeRequestTable(path: string, rows: readonly RequestRow[]): Promise<void> {
  const buffer = parquetWriteBuffer({
    columnData: columns.map(({ name, read }) => ({ name, data: rows.map(read) })),
    schema: [
      { name: 'request', num_children: columns.length },
      ...columns.flatMap(({ schema }) => schema),
    ],
    kvMetadata: [{ key: 'clock', value: 'CLOCK_MONOTONIC, milliseconds' }],
  })
  await writeFileAtomic(path, new Uint8Array(buffer))
}

interface Column {
  name: string
  schema: SchemaElement[]
  read(row: RequestRow): unknown
}

type Value<T> = (row: RequestRow) => T | null

const int = (name: string, read: Value<number>): Column => ({
  name,
  schema: [{ name, type: 'INT32', repetition_type: 'OPTIONAL' }],
  read,
})

const double = (name: string, read: Value<number>): Column => ({
  name,
  schema: [{ name, type: 'DOUBLE', repetition_type: 'OPTIONAL' }],
  read,
})

const text = (name: string, read: Value<string>): Column => ({
  name,
  schema: [{ name, type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'OPTIONAL' }],
  read,
})

/** The three-level list of the Parquet format (LogicalTypes.md, "Lists"). */
const list = (
  name: string,
  type: 'DOUBLE' | 'INT32',
  readAll: (row: RequestRow) => ArrayLike<number>,
): Column => ({
  name,
  schema: [
    { name, converted_type: 'LIST', repetition_type: 'OPTIONAL', num_children: 1 },
    { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
    { name: 'element', type, repetition_type: 'REQUIRED' },
  ],
  read: (row) => Array.from(readAll(row)),
})

const columns: readonly Column[] = [
  int('index', ({ index }) => index),
  text('status', ({ status }) => status),
  text('reason', ({ reason }) => reason),
  int('stage', ({ stage }) => stage),
  double('scheduled_at_ms', ({ scheduledAtMs }) => scheduledAtMs),
  double('queue_wait_ms', ({ queueWaitMs }) => queueWaitMs),
  double('sent_at_ms', ({ sentAtMs }) => sentAtMs),
  double('ended_at_ms', ({ endedAtMs }) => endedAtMs),
  int('input_tokens', ({ inputTokens }) => inputTokens),
  int('cached_input_tokens', ({ cachedInputTokens }) => cachedInputTokens),
  int('output_tokens', ({ outputTokens }) => outputTokens),
  int('output_tokens_running_usage', ({ tokenCounts }) => tokenCounts?.continuousUsage ?? null),
  int('output_tokens_final_usage', ({ tokenCounts }) => tokenCounts?.finalUsage ?? null),
  int('output_tokens_ids', ({ tokenCounts }) => tokenCounts?.tokenIds ?? null),
  int('output_tokens_logprobs', ({ tokenCounts }) => tokenCounts?.logprobs ?? null),
  int('content_chunks', ({ tokenCounts }) => tokenCounts?.chunks ?? null),
  text('steps_by', ({ tokenCounts }) => tokenCounts?.stepsBy ?? null),
  list('step_at_ms', 'DOUBLE', ({ stepAtMs }) => stepAtMs),
  list('step_tokens', 'INT32', ({ stepTokens }) => stepTokens),
]
