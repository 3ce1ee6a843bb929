import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { lockstep } from './lockstep.ts'

/** Records the order in which named turns are released. */
function recorder(steps = lockstep()) {
  const released: string[] = []
  return {
    steps,
    released,
    wait(name: string): void {
      void steps.turn().then(() => released.push(name))
    },
  }
}

test('nobody goes on until everybody waits', async () => {
  const { steps, released, wait } = recorder()
  steps.enter()
  steps.enter()
  wait('a')
  await nextTurn()
  assert.deepEqual(released, [])
  wait('b')
  await nextTurn()
  assert.deepEqual(released, ['a', 'b'])
})

test('who leaves is not waited for', async () => {
  const { steps, released, wait } = recorder()
  steps.enter()
  steps.enter()
  wait('a')
  steps.leave()
  await nextTurn()
  assert.deepEqual(released, ['a'])
  assert.equal(steps.activeCount, 1)
})

test('who enters is waited for from the next turn on', async () => {
  const { steps, released, wait } = recorder()
  steps.enter()
  wait('a')
  steps.enter()
  await nextTurn()
  assert.deepEqual(released, ['a'])
  wait('a again')
  await nextTurn()
  assert.deepEqual(released, ['a'])
  wait('b')
  await nextTurn()
  assert.deepEqual(released, ['a', 'a again', 'b'])
})
