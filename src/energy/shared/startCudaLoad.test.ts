import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { monotonicClock as clock } from '../../core/clock.ts'
import { type CudaTree, makeCudaTree } from '../../testing/fixtures/cudaTree.ts'
import { heldClock } from '../../testing/heldClock.ts'
import { startCudaLoad } from './startCudaLoad.ts'

const busId = '00000000:41:00.0'
const start = ({ root }: CudaTree) => startCudaLoad({ root, busId, clock, read: () => [] })

async function loadOf(t: TestContext) {
  const tree = await makeCudaTree(t)
  if (tree === null) return null
  const load = await start(tree)
  assert.ok(typeof load !== 'string', String(load))
  t.after(() => load[Symbol.asyncDispose]())
  /** Fails by the time limit of the tests alone. */
  const until = async (isThere: () => boolean): Promise<void> => {
    while (!isThere()) await clock.sleep(1)
  }
  return { tree, load, until }
}

test('a GPU is kept busy while the load is high, and every edge is within one launch or two', async (t) => {
  const scene = await loadOf(t)
  if (scene === null) return
  const { tree, load, until } = scene
  const before = tree.launches()
  load.set(true)
  await until(() => tree.launches() > before + 10)
  load.set(false)
  await until(() => load.edges().length === 2)
  const atEnd = tree.launches()
  await load[Symbol.asyncDispose]()
  assert.equal(tree.launches(), atEnd)
  // 132 multiprocessors of 2048 threads.
  assert.equal(tree.threads(), 132 * 2048)
  assert.equal(tree.contexts(), 0)
  const [rise, fall] = load.edges()
  assert.ok(rise !== undefined && fall !== undefined && fall.atMs > rise.atMs)
  // Two kernels of a millisecond were queued when it was told to end.
  assert.ok((rise.withinMs ?? -1) >= 0 && (fall.withinMs ?? 0) > 0.9)
  assert.equal(load.failure(), null)
})

test('a load that is high when it ends tells its fall', async (t) => {
  const scene = await loadOf(t)
  if (scene === null) return
  const { load, until } = scene
  load.set(true)
  await until(() => load.edges().length === 1)
  await load[Symbol.asyncDispose]()
  assert.equal(load.edges().length, 2)
})

for (const call of [
  'cuInit',
  'cuDeviceGetByPCIBusId',
  'cuDeviceGetAttribute',
  'cuCtxCreate_v2',
  'cuModuleLoadData',
  'cuModuleGetFunction',
  'cuStreamCreate',
  'cuLaunchKernel',
  'cuStreamSynchronize',
]) {
  test(`where ${call} fails, it is told in CUDA’s words with what to do, and no context is left`, async (t) => {
    const tree = await makeCudaTree(t)
    if (tree === null) return
    tree.fail(call, 802)
    assert.equal(
      await start(tree),
      `${call}: CUDA_ERROR_SYSTEM_NOT_READY; sudo systemctl start nvidia-fabricmanager`,
    )
    assert.equal(tree.contexts(), 0)
  })
}

test('a code without a name is told as it is', async (t) => {
  const tree = await makeCudaTree(t)
  if (tree === null) return
  tree.fail('cuInit', 4711)
  const cause = await start(tree)
  assert.equal(cause, 'cuInit: CUDA error 4711; see what the driver says: sudo dmesg | grep NVRM')
})

test('a GPU that fails under load ends it with the first cause, and whoever ends it is not kept waiting', async (t) => {
  const scene = await loadOf(t)
  if (scene === null) return
  const { tree, load, until } = scene
  tree.fail('cuLaunchKernel', 2, 20)
  tree.fail('cuCtxDestroy_v2', 802)
  load.set(true)
  await until(() => load.failure() !== null)
  assert.equal(load.failure(), 'cuLaunchKernel: CUDA_ERROR_OUT_OF_MEMORY; free memory of the GPU')
  await load[Symbol.asyncDispose]()
})

test('without libcuda it is said where it comes from', async () => {
  const cause = await startCudaLoad({ root: '/nonexistent', busId, clock, read: () => [] })
  assert.match(
    String(cause),
    /^libcuda\.so\.1 was not found; it comes with the driver; a container/,
  )
})

/** A thread of these words instead of ours, and time that stands still. */
function startThread(words: string) {
  const held = heldClock()
  const program = new URL(`data:text/javascript,${words}`)
  const started = startCudaLoad({ root: '/', busId, clock: held, read: () => [], program })
  return { held, started }
}

const hang = 'Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)'
const sayReady =
  'import { parentPort } from "node:worker_threads"; parentPort.postMessage({ type: "ready" });'

test('a driver that hangs while it is opened is told, and left behind', async () => {
  const { held, started } = startThread(hang)
  assert.match(String(await held.passUntil(started)), /driver has not answered for 60 s; .*dmesg/)
})

test('a driver that hangs under load is told, and whoever ends the load is not kept waiting', async () => {
  const { held, started } = startThread(`${sayReady} ${hang}`)
  const load = await started
  assert.ok(typeof load !== 'string', String(load))
  await held.passUntil(Promise.resolve(load[Symbol.asyncDispose]()))
  assert.match(load.failure() ?? '', /driver has not answered for 5 s/)
})

test('a thread that ends without a word is told', async () => {
  const { started } = startThread('process.exit(7)')
  assert.equal(await started, 'its thread ended with code 7')
})
