import assert from 'node:assert/strict'
import { test } from 'node:test'
import { executionSchema } from '../config/studyConfig.ts'
import type { JobExit } from '../runners/runner.ts'
import { failureOf } from './keepFailure.ts'

const limits = executionSchema.parse({})
const clean: JobExit = {
  code: 1,
  signal: null,
  timedOut: null,
  wasAborted: false,
  outOfMemory: null,
  failure: null,
  stderrTail: '',
}
const said = { code: 'MODEL_FILE_MISSING', message: 'gone', hint: 'look', phase: 'launch' } as const

const cases = [
  { name: 'what the worker said', exit: clean, failure: said, code: 'MODEL_FILE_MISSING' },
  {
    name: 'a wall-clock limit, whatever was said',
    exit: { ...clean, timedOut: 'wall-clock' },
    failure: said,
    code: 'WORKER_TIMED_OUT',
  },
  {
    name: 'a silence limit',
    exit: { ...clean, timedOut: 'silence' },
    failure: null,
    code: 'WORKER_SILENT',
  },
  {
    name: 'an interruption',
    exit: { ...clean, wasAborted: true },
    failure: null,
    code: 'INTERRUPTED',
  },
  {
    name: 'a lack of memory',
    exit: { ...clean, code: null, signal: 'SIGKILL', outOfMemory: true },
    failure: null,
    code: 'WORKER_OUT_OF_MEMORY',
  },
  {
    name: 'a crash without a word',
    exit: { ...clean, code: null, signal: 'SIGSEGV' },
    failure: null,
    code: 'WORKER_CRASHED',
  },
] as const

for (const { name, exit, failure, code } of cases) {
  test(`a failure record names ${name}`, () => {
    const record = failureOf({ exit, words: { phase: 'launch', failure, stderrTail: '' }, limits })
    assert.equal(record.code, code)
    assert.equal(record.phase, 'launch')
    assert.notEqual(record.hint, '')
  })
}
