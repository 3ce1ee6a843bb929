import assert from 'node:assert/strict'
import { test } from 'node:test'
import { samplerStats } from './samplerStats.ts'

const ticks = Array.from({ length: 101 }, (_, index) => ({
  deadlineMs: index * 10,
  wokeMs: index * 10 + index / 100,
  count: 1,
}))

test('ticks in the window are counted, with the 99th percentile of their lateness', () => {
  const { ticks: count, intervalErrorP99Ms } = samplerStats(ticks, [], { startMs: 0, endMs: 1100 })
  assert.equal(count, 101)
  assert.equal(intervalErrorP99Ms?.toFixed(6), '0.990000')
  assert.equal(samplerStats(ticks, [], { startMs: 500, endMs: 700 }).ticks, 20)
})

test('CPU time of a window is read off between the samples around its ends', () => {
  const cpu = [
    { atMs: 0, cpuMs: 50 },
    { atMs: 1000, cpuMs: 60 },
    { atMs: 2000, cpuMs: 80 },
  ]
  assert.equal(samplerStats([], cpu, { startMs: 500, endMs: 1500 }).cpuMs, 15)
  assert.equal(samplerStats([], cpu, { startMs: 0, endMs: 2000 }).cpuMs, 30)
})

test('what was not sampled is unknown', () => {
  const window = { startMs: 0, endMs: 1000 }
  assert.deepEqual(samplerStats([], [{ atMs: 500, cpuMs: 1 }], window), {
    ticks: 0,
    intervalErrorP99Ms: null,
    cpuMs: null,
  })
})
