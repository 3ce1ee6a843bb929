import assert from 'node:assert/strict'
import { mkdtemp, readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { parquetReadObjects } from 'hyparquet'
import { writeRequestTable } from './requestTable.ts'

test('a request table keeps every stamp and every null', async () => {
  const path = join(await mkdtemp(join(tmpdir(), 'llem-requests-')), 'requests.parquet')
  await writeRequestTable(path, [
    {
      index: 0,
      status: 'completed',
      reason: null,
      sentAtMs: 1.25,
      endedAtMs: 9.5,
      inputTokens: 7,
      outputTokens: 3,
      stepAtMs: Float64Array.from([4.5, 9.25]),
      stepTokens: Uint32Array.from([1, 2]),
    },
    {
      index: 1,
      status: 'failed',
      reason: 'out of slots',
      sentAtMs: 2,
      endedAtMs: 3,
      inputTokens: null,
      outputTokens: null,
      stepAtMs: [],
      stepTokens: [],
    },
  ])
  const { buffer } = new Uint8Array(await readFile(path))
  assert.deepEqual(await parquetReadObjects({ file: buffer }), [
    {
      index: 0,
      status: 'completed',
      reason: null,
      sent_at_ms: 1.25,
      ended_at_ms: 9.5,
      input_tokens: 7,
      output_tokens: 3,
      step_at_ms: [4.5, 9.25],
      step_tokens: [1, 2],
    },
    {
      index: 1,
      status: 'failed',
      reason: 'out of slots',
      sent_at_ms: 2,
      ended_at_ms: 3,
      input_tokens: null,
      output_tokens: null,
      step_at_ms: [],
      step_tokens: [],
    },
  ])
})
