import assert from 'node:assert/strict'
import { test } from 'node:test'
import { coefficientOfVariation, mean, quantile, standardDeviation } from './descriptive.ts'

test('the mean of nothing is unknown', () => {
  assert.equal(mean([]), null)
  assert.equal(mean([1, 2, 6]), 3)
})

test('the standard deviation is that of a sample', () => {
  assert.equal(standardDeviation([2, 4, 4, 4, 5, 5, 7, 9]), Math.sqrt(32 / 7))
  assert.equal(standardDeviation([5]), null)
})

test('quantiles are those of R type 7', () => {
  const values = [1, 2, 3, 4]
  assert.deepEqual(
    [0, 0.25, 0.5, 0.9, 1].map((probability) => quantile(values, probability)),
    [1, 1.75, 2.5, 3.7, 4],
  )
  assert.equal(quantile([], 0.5), null)
})

test('the variation of a mean of zero is unknown', () => {
  assert.equal(coefficientOfVariation([-1, 1]), null)
  assert.equal(coefficientOfVariation([10, 10, 10]), 0)
})
