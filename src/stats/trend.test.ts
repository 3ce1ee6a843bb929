import assert from 'node:assert/strict'
import { test } from 'node:test'
import { linearTrend, studentQuantile975 } from './trend.ts'

test('a straight line has its slope and no doubt', () => {
  assert.deepEqual(linearTrend([1, 3, 5, 7]), { slope: 2, slopeHalfWidth: 0 })
})

test('a noisy series has the interval of the textbook', () => {
  // Worked by hand: y = 1, 2, 2, 3: slope 0.6, residuals 0.2 over 2 degrees of freedom, distances 5.
  const trend = linearTrend([1, 2, 2, 3])
  assert.ok(trend !== null)
  assert.ok(Math.abs(trend.slope - 0.6) < 1e-12)
  assert.ok(Math.abs(trend.slopeHalfWidth - 4.303 * Math.sqrt(0.2 / 2 / 5)) < 1e-12)
})

test('two points have no interval', () => {
  assert.equal(linearTrend([1, 2]), null)
})

test('the quantile of Student joins the normal one', () => {
  assert.equal(studentQuantile975(1), 12.706)
  assert.ok(Math.abs(studentQuantile975(40) - 2.021) < 0.002)
  assert.ok(Math.abs(studentQuantile975(1e9) - 1.96) < 0.001)
})
