import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AppError } from '../../core/errors.ts'
import { type ContainerEnd, failureOf } from './failureOf.ts'

const well = { isRunning: false, isStarted: true, isOutOfMemory: false, exitCode: 0, error: '' }
const attached = { timedOut: null, wasAborted: false, stderrTail: '' }

function codeOf({
  state = {},
  ...changes
}: Partial<Omit<ContainerEnd, 'state'>> & { state?: Partial<typeof well> | null }): string | null {
  const failure = failureOf({
    state: state === null ? null : { ...well, ...state },
    daemonError: null,
    attached,
    workerCode: null,
    limits: { timeoutMs: 1000, silenceMs: 1000, memoryBytes: null },
    image: 'some/image:1',
    ...changes,
  })
  return failure?.code ?? null
}

test('a container that ended well needs no explanation', () => {
  assert.equal(codeOf({}), null)
})

test('a limit that ran out explains whatever came after it', () => {
  const state = { exitCode: 137, isOutOfMemory: true }
  assert.equal(
    codeOf({ state, attached: { ...attached, timedOut: 'wall-clock' } }),
    'DOCKER_TIMEOUT',
  )
  assert.equal(codeOf({ state, attached: { ...attached, timedOut: 'silence' } }), 'DOCKER_SILENT')
})

test('the state of the container comes before the words of the worker', () => {
  const state = { exitCode: 4, isOutOfMemory: true }
  assert.equal(codeOf({ state, workerCode: 'BACKEND_FAILED' }), 'DOCKER_OUT_OF_MEMORY')
})

test('the words of the worker come before its exit code', () => {
  assert.equal(codeOf({ state: { exitCode: 4 }, workerCode: 'BACKEND_FAILED' }), null)
})

test('words of the program on stderr explain nothing', () => {
  for (const stderrTail of [
    'CUDA out of memory',
    'Error response from daemon: No such image',
    'killed',
  ]) {
    const end = { state: { exitCode: 1 }, attached: { ...attached, stderrTail } }
    assert.equal(codeOf(end), 'DOCKER_CONTAINER')
  }
})

test('a container that never started has the words of the daemon alone', () => {
  const error = 'could not select device driver "" with capabilities: [[gpu]]'
  assert.equal(codeOf({ state: { isStarted: false, exitCode: 128, error } }), 'DOCKER_GPU_ACCESS')
  const stderrTail = 'Error response from daemon: network nosuchnet not found'
  const end = { state: { isStarted: false }, attached: { ...attached, stderrTail } }
  assert.equal(codeOf(end), 'DOCKER_CONTAINER')
})

test('one that we ended because we were asked to has not failed', () => {
  assert.equal(
    codeOf({ state: { exitCode: 143 }, attached: { ...attached, wasAborted: true } }),
    null,
  )
})

test('one that somebody else ended says so, though the worker was only interrupted', () => {
  assert.equal(codeOf({ state: { exitCode: 130 }, workerCode: 'INTERRUPTED' }), 'DOCKER_CONTAINER')
  assert.equal(codeOf({ state: { exitCode: 143 } }), 'DOCKER_CONTAINER')
  assert.equal(codeOf({ state: { exitCode: 137 } }), 'DOCKER_CONTAINER')
})

test('a Node that could not be executed is told from one that failed', () => {
  assert.equal(codeOf({ state: { exitCode: 127 } }), 'DOCKER_RUNTIME_MOUNT')
  assert.equal(codeOf({ state: { exitCode: 1 } }), 'DOCKER_CONTAINER')
})

test('a daemon that is gone explains itself', () => {
  const daemonError = new AppError('DOCKER_DAEMON', { cause: 'connection refused' })
  assert.equal(codeOf({ state: null, daemonError, workerCode: 'INTERRUPTED' }), 'DOCKER_DAEMON')
})
