import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openChannel } from './channel.ts'

test('what is pushed before and during the iteration comes out in order', async () => {
  const channel = openChannel<number>()
  channel.push(1)
  channel.push(2)
  queueMicrotask(() => {
    channel.push(3)
    channel.close()
  })
  const seen: number[] = []
  for await (const value of channel) seen.push(value)
  assert.deepEqual(seen, [1, 2, 3])
})

test('an error at the end is thrown after everything that was pushed', async () => {
  const channel = openChannel<number>()
  channel.push(1)
  channel.close(new Error('broken'))
  const seen: number[] = []
  await assert.rejects(async () => {
    for await (const value of channel) seen.push(value)
  }, /broken/)
  assert.deepEqual(seen, [1])
})
