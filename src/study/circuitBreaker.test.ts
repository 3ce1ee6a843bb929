import assert from 'node:assert/strict'
import { test } from 'node:test'
import { circuitBreaker } from './circuitBreaker.ts'

const judge = (mostFailures: number, outcomes: string): string[] => {
  const breaker = circuitBreaker(mostFailures)
  return Array.from(outcomes, (outcome) => breaker(outcome === 'f'))
}

test('failures in a row open the breaker, and a trial that fails breaks it', () => {
  assert.deepEqual(judge(2, 'fff'), ['go on', 'rest', 'broken'])
})

test('a trial that succeeds closes it, and counting begins anew', () => {
  assert.deepEqual(judge(2, 'ffmfff'), ['go on', 'rest', 'go on', 'go on', 'rest', 'broken'])
})

test('a success between failures resets the count', () => {
  assert.deepEqual(judge(2, 'fmfmf'), Array(5).fill('go on'))
})

test('0 is never', () => {
  assert.deepEqual(judge(0, 'ffffffff'), Array(8).fill('go on'))
})
