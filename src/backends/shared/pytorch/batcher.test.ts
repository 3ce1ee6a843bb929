import assert from 'node:assert/strict'
import { test } from 'node:test'
import { batcher } from './batcher.ts'

test('a full batch starts at once, the rest when it has ended', async () => {
  const batches: number[][] = []
  let finish = (): void => {}
  const line = batcher<number>({
    size: 2,
    run: (batch) => {
      batches.push([...batch])
      return new Promise((resolve) => {
        finish = resolve
      })
    },
  })
  for (const request of [1, 2, 3]) line.add(request)
  await turns()
  assert.deepEqual(batches, [[1, 2]])
  finish()
  await turns()
  assert.deepEqual(batches, [[1, 2], [3]])
})

test('those who come in the turn after the end of a batch are in the next', async () => {
  const batches: number[][] = []
  const line = batcher<number>({
    size: 3,
    run: async (batch) => {
      batches.push([...batch])
      if (batches.length > 1) return
      setImmediate(() => line.add(4))
      setImmediate(() => line.add(5))
    },
  })
  for (const request of [1, 2, 3]) line.add(request)
  line.add(6)
  await turns()
  assert.deepEqual(batches, [
    [1, 2, 3],
    [6, 4, 5],
  ])
})

test('a request that was taken back is in no batch', async () => {
  const batches: number[][] = []
  const line = batcher<number>({ size: 2, run: async (batch) => void batches.push([...batch]) })
  line.add(1)
  line.add(2)
  assert.equal(line.remove(1), true)
  assert.equal(line.remove(1), false)
  await turns()
  assert.deepEqual(batches, [[2]])
})

async function turns(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate)
}
