import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isProcessAlive, ownOwner } from '../../core/processOwner.ts'
import { isAbandoned, labelsOf } from './containerOwner.ts'

const own = { host: 'here', scope: 'boot-1 pid:[1]', process: '7@100' }
const alive = new Set([own.process])
const judge = (changes: Partial<typeof own>, isRunning = true): boolean =>
  isAbandoned({ ...own, ...changes }, { isRunning, own, isAlive: (process) => alive.has(process) })

test('a container is abandoned when the process that made it is gone', () => {
  assert.equal(judge({}), false)
  assert.equal(judge({ process: '8@100' }), true)
  assert.equal(judge({ process: '7@99' }), true, 'the id came back as another process')
})

test('a container of processes we cannot see is let alone', () => {
  assert.equal(judge({ scope: 'boot-1 pid:[2]', process: '8@1' }), false)
  assert.equal(judge({ host: 'elsewhere', scope: 'boot-2 pid:[1]', process: '8@1' }, false), false)
  assert.equal(judge({ scope: '', process: '8@1' }), false)
})

test('what an earlier life of this machine left is removed once it is at rest', () => {
  assert.equal(judge({ scope: 'boot-0 pid:[1]', process: '8@1' }, true), false)
  assert.equal(judge({ scope: 'boot-0 pid:[1]', process: '8@1' }, false), true)
})

test('this process is alive and says whose its containers are', () => {
  const me = ownOwner()
  assert.deepEqual(Object.values(labelsOf(me)), [me.host, me.scope, me.process])
  if (process.platform === 'linux') assert.ok(isProcessAlive(me.process))
  assert.equal(isProcessAlive(`${process.pid}@0`), false)
})
