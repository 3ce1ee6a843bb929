import assert from 'node:assert/strict'
import { test } from 'node:test'
import { byteProgress } from './byteProgress.ts'
import { monotonicClock } from './clock.ts'
import type { WorkerEvent } from './events.ts'

test('a transfer of two seconds with a report every 10 ms is told of four times', () => {
  let nowMs = 1000
  const events: WorkerEvent[] = []
  const clock = { ...monotonicClock, nowMs: () => nowMs }
  const report = byteProgress({
    label: 'file',
    totalBytes: 200,
    ctx: { clock, emit: (event) => void events.push(event) },
  })
  for (let done = 1; done <= 200; done++) {
    nowMs += 10
    report(done)
  }
  assert.deepEqual(
    events.map((event) => event.type === 'progress' && event.done),
    [50, 100, 150, 200],
  )
})
