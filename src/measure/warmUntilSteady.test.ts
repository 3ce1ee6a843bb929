import assert from 'node:assert/strict'
import { test } from 'node:test'
import { warmupSchema } from '../config/experimentConfig.ts'
import { isSteady } from './warmUntilSteady.ts'

const config = warmupSchema.parse({})

test('too few requests are never steady', () => {
  assert.equal(isSteady([100, 100, 100], config), false)
})

test('equal rates are steady', () => {
  assert.equal(isSteady([100, 101, 100, 101], config), true)
})

test('scattered rates are not steady', () => {
  assert.equal(isSteady([100, 120, 90, 110], config), false)
})

test('a slow start is forgotten once the last requests agree', () => {
  assert.equal(isSteady([10, 40, 100, 101, 100, 101], config), true)
})

test('a clear drift is not steady even when its scatter is small', () => {
  const strict = warmupSchema.parse({ cv_threshold: 0.03, window_size: 4 })
  assert.equal(isSteady([100, 102, 104, 106], strict), false)
})
