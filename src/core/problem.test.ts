import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formatPath } from './problem.ts'

test('a path is written as one would write it in code', () => {
  assert.equal(
    formatPath(['experiments', 3, 'vllm', 'max_num_seqs']),
    'experiments[3].vllm.max_num_seqs',
  )
  assert.equal(formatPath(['sweep', 0, 1]), 'sweep[0][1]')
  assert.equal(formatPath(['model']), 'model')
})

test('a path that starts in a list starts with its index', () => {
  assert.equal(formatPath([0, 'model']), '[0].model')
})

test('the root has an empty path', () => {
  assert.equal(formatPath([]), '')
})

test('a key that would read as two is quoted', () => {
  assert.equal(formatPath(['sweep', 'load.concurrency', 2]), 'sweep."load.concurrency"[2]')
  assert.equal(formatPath(['max tokens']), '"max tokens"')
  assert.equal(formatPath(['energy', 'cpu-estimate', '']), 'energy.cpu-estimate.""')
})
