import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { monotonicClock as clock } from '../../core/clock.ts'
import { type CudaTree, makeCudaTree } from '../../testing/fixtures/cudaTree.ts'
import { source } from '../nvml.ts'

async function openOn(t: TestContext, { root }: CudaTree) {
  const meter = await source.open({}, { clock, env: {}, root })
  t.after(() => meter[Symbol.asyncDispose]())
  return meter
}

test('a board is loaded on the GPU of its address, and read without the others', async (t) => {
  const tree = await makeCudaTree(t)
  if (tree === null) return
  const load = await (await openOn(t, tree)).openLoad?.('gpu1')
  assert.ok(load !== undefined && typeof load !== 'string', String(load))
  const readings = load.read()
  await load[Symbol.asyncDispose]()
  assert.deepEqual(
    readings.map(({ domain, joules }) => [domain, joules]),
    [['gpu1', 5000]],
  )
})

test('a board that others use is left alone, and they are named', async (t) => {
  const tree = await makeCudaTree(t)
  if (tree === null) return
  tree.addProcess(1, { pid: 4711, memoryBytes: 1 })
  tree.addProcess(1, { pid: 12, memoryBytes: null, isGraphics: true })
  assert.equal(
    await (await openOn(t, tree)).openLoad?.('gpu0'),
    'other programs are on it (4711, 12); stop them, or leave it out with CUDA_VISIBLE_DEVICES',
  )
  assert.equal(tree.launches(), 0)
})

test('a board cut into instances is left alone, with the command that makes it whole', async (t) => {
  const tree = await makeCudaTree(t)
  if (tree === null) return
  tree.set(1, 'mig_mode', 1)
  const cause = String(await (await openOn(t, tree)).openLoad?.('gpu0'))
  assert.match(cause, /MIG.*sudo nvidia-smi -i GPU-aaaaaaaa-1111-0000-0000-000000000000 -mig 0/)
})

test('a board whose driver gives no reading is not loaded for nothing', async (t) => {
  const tree = await makeCudaTree(t)
  if (tree === null) return
  for (const key of ['energy_code', 'power_code']) tree.set(1, key, 3)
  tree.setField(1, { field: 186, code: 3 })
  const cause = String(await (await openOn(t, tree)).openLoad?.('gpu0'))
  assert.match(cause, /gives neither energy nor power/)
  assert.equal(tree.launches(), 0)
})
