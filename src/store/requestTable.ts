/** `requests.parquet`: one row per request with every stamp, so that any latency can be computed again. */

import type { SchemaElement } from 'hyparquet'
import { parquetWriteBuffer } from 'hyparquet-writer'
import { writeFileAtomic } from '../core/files.ts'

/** One request. Stamps are CLOCK_MONOTONIC milliseconds; null is unknown. */
export interface RequestRow {
  index: number
  status: 'completed' | 'failed'
  reason: string | null
  sentAtMs: number
  endedAtMs: number
  inputTokens: number | null
  outputTokens: number | null
  /** When each decoding step became visible, and how many tokens it brought. */
  stepAtMs: ArrayLike<number>
  stepTokens: ArrayLike<number>
}

export async function writeRequestTable(path: string, rows: readonly RequestRow[]): Promise<void> {
  const columns = [
    int(
      'index',
      rows.map(({ index }) => index),
    ),
    text(
      'status',
      rows.map(({ status }) => status),
    ),
    text(
      'reason',
      rows.map(({ reason }) => reason),
    ),
    double(
      'sent_at_ms',
      rows.map(({ sentAtMs }) => sentAtMs),
    ),
    double(
      'ended_at_ms',
      rows.map(({ endedAtMs }) => endedAtMs),
    ),
    int(
      'input_tokens',
      rows.map(({ inputTokens }) => inputTokens),
    ),
    int(
      'output_tokens',
      rows.map(({ outputTokens }) => outputTokens),
    ),
    list(
      'step_at_ms',
      'DOUBLE',
      rows.map(({ stepAtMs }) => Array.from(stepAtMs)),
    ),
    list(
      'step_tokens',
      'INT32',
      rows.map(({ stepTokens }) => Array.from(stepTokens)),
    ),
  ]
  const buffer = parquetWriteBuffer({
    columnData: columns.map(({ name, data }) => ({ name, data })),
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
  data: unknown[]
  schema: SchemaElement[]
}

const int = (name: string, data: (number | null)[]): Column => ({
  name,
  data,
  schema: [{ name, type: 'INT32', repetition_type: 'OPTIONAL' }],
})

const double = (name: string, data: (number | null)[]): Column => ({
  name,
  data,
  schema: [{ name, type: 'DOUBLE', repetition_type: 'OPTIONAL' }],
})

const text = (name: string, data: (string | null)[]): Column => ({
  name,
  data,
  schema: [{ name, type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'OPTIONAL' }],
})

/** The three-level list of the Parquet format (LogicalTypes.md, "Lists"). */
const list = (name: string, type: 'DOUBLE' | 'INT32', data: number[][]): Column => ({
  name,
  data,
  schema: [
    { name, converted_type: 'LIST', repetition_type: 'OPTIONAL', num_children: 1 },
    { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
    { name: 'element', type, repetition_type: 'REQUIRED' },
  ],
})
