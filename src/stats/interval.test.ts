import assert from 'node:assert/strict'
import { test } from 'node:test'
import { meanInterval } from './interval.ts'

test('three repeats have the interval of the textbook', () => {
  // 9, 10, 11: mean 10, standard deviation 1, t(2) = 4.303.
  const interval = meanInterval([9, 10, 11])
  assert.equal(interval?.mean, 10)
  assert.ok(Math.abs((interval?.halfWidth ?? 0) - 4.303 / Math.sqrt(3)) < 1e-12)
})

test('one value has no interval, and none has no mean', () => {
  assert.deepEqual(meanInterval([5]), { mean: 5, halfWidth: null, count: 1 })
  assert.equal(meanInterval([]), null)
})
