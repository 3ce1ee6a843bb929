import assert from 'node:assert/strict'
import { test } from 'node:test'
import { z } from 'zod'
import { experimentFields } from '../config/experimentConfig.ts'
import { requestRecord } from '../testing/requestRecord.ts'
import type { RequestRecord } from '../workloads/driveLoad.ts'
import { summarizeRequests } from './summarizeRequests.ts'

const config = z.object(experimentFields).parse({ model: 'm', load: { concurrency: 2 } })
const window = { startMs: 0, endMs: 100 }

const lasting = (sentAtMs: number, endedAtMs: number): RequestRecord =>
  requestRecord({ sentAtMs, endedAtMs, steps: [[endedAtMs, 1]] })

test('every request has one outcome, and they add up', () => {
  const reason = 'because'
  const records: RequestRecord[] = [
    lasting(0, 100),
    { ...lasting(0, 10), outcome: { status: 'failed', reason } },
    { ...lasting(0, 10), outcome: { status: 'timed_out', reason } },
    { ...lasting(0, 10), outcome: { status: 'empty', reason } },
  ]
  const { total, completed, failed, timedOut, empty } = summarizeRequests(records, config, window)
  assert.deepEqual([completed, failed, timedOut, empty], [1, 1, 1, 1])
  assert.equal(total, completed + failed + timedOut + empty)
})

test('requests in flight are counted over time, and at most', () => {
  const records = [lasting(0, 50), lasting(10, 40), lasting(50, 100)]
  const { meanInFlight, peakInFlight } = summarizeRequests(records, config, window)
  assert.equal(meanInFlight, 1.3)
  assert.equal(peakInFlight, 2)
})

test('a request sent when another ends does not overlap it', () => {
  const records = [lasting(0, 50), lasting(50, 100)]
  assert.equal(summarizeRequests(records, config, window).peakInFlight, 1)
})
