import assert from 'node:assert/strict'
import { test } from 'node:test'
import { requestRecord } from '../testing/requestRecord.ts'
import { goodput } from './goodput.ts'

/** Due at 0, first token at 100 ms, then three more 20 ms apart. */
const steps = [
  [100, 1],
  [120, 1],
  [140, 1],
  [160, 1],
] as const
const record = { ...requestRecord({ sentAtMs: 60, steps }), scheduledAtMs: 0 }
const share = (slo: Parameters<typeof goodput>[1]) => goodput([record], slo, 1000)?.share

test('without limits there is no goodput', () => {
  assert.equal(goodput([record], undefined, 1000), null)
})

test('limits count from when a request was due, and all must be kept', () => {
  assert.equal(share({ ttft_ms: 100, itl_ms: 20, e2e_ms: 160 }), 1)
  assert.equal(share({ ttft_ms: 99 }), 0)
  assert.equal(share({ ttft_ms: 100, itl_ms: 19 }), 0)
  assert.equal(share({ e2e_ms: 159 }), 0)
})

test('a request that failed keeps no limit and is counted as sent', () => {
  const failed = requestRecord({ steps, failure: 'reset' })
  assert.deepEqual(goodput([record, failed], { ttft_ms: 500 }, 2000), {
    requests: 1,
    share: 0.5,
    requestsPerSecond: 0.5,
  })
})
