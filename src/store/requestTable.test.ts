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
      stage: 1,
      scheduledAtMs: 1,
      queueWaitMs: 0.25,
      sentAtMs: 1.25,
      endedAtMs: 9.5,
      inputTokens: 7,
      cachedInputTokens: 2,
      outputTokens: 3,
      tokenCounts: {
        continuousUsage: 3,
        finalUsage: 3,
        tokenIds: null,
        logprobs: null,
        chunks: 2,
        stepsBy: 'continuous usage',
      },
      stepAtMs: Float64Array.from([4.5, 9.25]),
      stepTokens: Uint32Array.from([1, 2]),
    },
    {
      index: 1,
      status: 'failed',
      reason: 'out of slots',
      stage: null,
      scheduledAtMs: null,
      queueWaitMs: null,
      sentAtMs: 2,
      endedAtMs: 3,
      inputTokens: null,
      cachedInputTokens: null,
      outputTokens: null,
      tokenCounts: null,
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
      stage: 1,
      scheduled_at_ms: 1,
      queue_wait_ms: 0.25,
      sent_at_ms: 1.25,
      ended_at_ms: 9.5,
      input_tokens: 7,
      cached_input_tokens: 2,
      output_tokens: 3,
      output_tokens_running_usage: 3,
      output_tokens_final_usage: 3,
      output_tokens_ids: null,
      output_tokens_logprobs: null,
      content_chunks: 2,
      steps_by: 'continuous usage',
      step_at_ms: [4.5, 9.25],
      step_tokens: [1, 2],
    },
    {
      index: 1,
      status: 'failed',
      reason: 'out of slots',
      stage: null,
      scheduled_at_ms: null,
      queue_wait_ms: null,
      sent_at_ms: 2,
      ended_at_ms: 3,
      input_tokens: null,
      cached_input_tokens: null,
      output_tokens: null,
      output_tokens_running_usage: null,
      output_tokens_final_usage: null,
      output_tokens_ids: null,
      output_tokens_logprobs: null,
      content_chunks: null,
      steps_by: null,
      step_at_ms: [],
      step_tokens: [],
    },
  ])
})
