import assert from 'node:assert/strict'
import { test } from 'node:test'
import { defaultThreads } from './defaultThreads.ts'

const threads = (usableCores: number, usablePhysicalCores: number): number =>
  defaultThreads({ usableCores, usablePhysicalCores })

test('cores without hyperthreads leave one for what reads the tokens', () => {
  assert.equal(threads(2, 2), 1)
  assert.equal(threads(16, 16), 15)
})

test('with hyperthreads every physical core computes', () => {
  assert.equal(threads(32, 16), 16)
  assert.equal(threads(8, 4), 4)
})

test('there is always one thread, and a quota counts as cores', () => {
  assert.equal(threads(1, 1), 1)
  assert.equal(threads(0.5, 0.5), 1)
  assert.equal(threads(3.5, 3.5), 2)
})
