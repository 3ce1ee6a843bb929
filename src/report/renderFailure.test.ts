import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AppError } from '../core/errors.ts'
import { assertGolden } from '../testing/golden.ts'
import { renderError } from './renderError.ts'
import { renderFailure } from './renderFailure.ts'

const options = { width: 80, isColor: false, directory: 'results/study-1/runs/001' }

test('a failure names phase, cause, hint and the last lines of the log', () => {
  const { code, message, hint } = new AppError('WORKER_CRASHED', { code: null, signal: 'SIGKILL' })
  const failed = {
    label: 'synthetic/llama-3.1-8b fp16 on llamacpp',
    failure: { code, message, hint, phase: 'launch' as const },
    logTail: Array.from({ length: 12 }, (_, index) => `\u001B[31mline ${index + 1}\u001B[39m`),
  }
  assertGolden('src/report/golden/failure.txt', renderFailure(failed, options))
})

test('an interrupted experiment is one line: its log has nothing to explain', () => {
  const { code, message, hint } = new AppError('INTERRUPTED', { doing: 'measuring' })
  const failure = { code, message, hint, phase: 'measure' as const }
  assert.equal(
    renderFailure({ label: 'a', failure, logTail: ['at stack'] }, options),
    'a interrupted in phase measure\n',
  )
})

test('an expected error is its message and what to type next', () => {
  const error = new AppError('RESULT_NOT_FOUND', { path: 'results/none' })
  assert.equal(
    renderError(error, { isColor: false }),
    'error: there is no result in results/none\n' +
      'hint: Name a run directory (it holds result.json), or a results directory made by `llem run`.\n',
  )
})

test('an unexpected error keeps its stack and asks for a report', () => {
  const text = renderError(new TypeError('x is not a function'), { isColor: false })
  assert.match(
    text,
    /^error: unexpected: x is not a function\nTypeError: x is not a function\n {4}at /,
  )
  assert.match(text, /\nhint: This is a bug in llenergymeasure/)
})
