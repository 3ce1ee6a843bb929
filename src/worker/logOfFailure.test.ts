import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AppError } from '../core/errors.ts'
import { logOfFailure } from './logOfFailure.ts'

test('a bug is logged with its stack', () => {
  const error = new AppError('INTERNAL', { what: 'x' }, { cause: new TypeError('x') })
  assert.match(logOfFailure(error), /^TypeError: x\n {4}at .*\n$/s)
})

test('an expected failure is logged with what its message leaves out, and without a stack', () => {
  const cause = new Error('no answer', { cause: new Error('the cable is out') })
  const error = new AppError('BACKEND_FAILED', { backend: 'x', cause: 'no answer' }, { cause })
  assert.equal(logOfFailure(error), 'because of: the cable is out\n')
})

test('of what a person wrote wrong nothing is logged: the message says it all', () => {
  const data = { source: 'x.jsonl', cause: 'there is no file /x.jsonl' }
  const error = new AppError('DATASET_UNREADABLE', data, { cause: new Error('ENOENT') })
  assert.equal(logOfFailure(error), '')
})
