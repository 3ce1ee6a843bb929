import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import type { Environment } from '../core/context.ts'
import { makeFileTree } from '../testing/fixtures/fileTree.ts'
import { makeNvmlTree, type NvmlTree } from '../testing/fixtures/nvmlTree.ts'
import { virtualClock } from '../testing/virtualClock.ts'
import { source } from './nvml.ts'

const uuidOnBus01 = 'GPU-aaaaaaaa-1111-0000-0000-000000000000'
const uuidOnBus41 = 'GPU-bbbbbbbb-2222-0000-0000-000000000000'
const migOnBus41 = 'MIG-dddddddd-0000-0000-0000-000000000000'

const contextOf = ({ root }: NvmlTree, env: Environment = {}) => ({
  clock: virtualClock(),
  env,
  root,
})

async function openOn(t: TestContext, tree: NvmlTree, env: Environment = {}) {
  const meter = await source.open({}, contextOf(tree, env))
  t.after(() => meter[Symbol.asyncDispose]())
  return meter
}

test('boards are numbered in PCI order and known by UUID', async (t) => {
  const tree = await makeNvmlTree(t)
  if (tree === null) return
  const meter = await openOn(t, tree)
  assert.deepEqual(
    meter.domains.map(({ id, deviceId, scope, method }) => [id, deviceId, scope, method]),
    [
      ['gpu0', uuidOnBus01, 'board', 'counter'],
      ['gpu1', uuidOnBus41, 'board', 'counter'],
    ],
  )
  assert.deepEqual(
    meter.read().map(({ domain, joules, watts }) => [domain, joules, watts]),
    [
      ['gpu0', 9000, 105],
      ['gpu1', 5000, 305],
    ],
  )
})

test('the counter is read anew each time and keeps its 64 bits', async (t) => {
  const tree = await makeNvmlTree(t)
  if (tree === null) return
  const meter = await openOn(t, tree)
  tree.set(1, 'energy_mj', 2 ** 40 + 1)
  assert.equal(meter.read()[0]?.joules, (2 ** 40 + 1) / 1000)
})

test('CUDA_VISIBLE_DEVICES chooses the boards and their order', async (t) => {
  const tree = await makeNvmlTree(t)
  if (tree === null) return
  const visible = async (written: string) =>
    (await openOn(t, tree, { CUDA_VISIBLE_DEVICES: written })).domains.map((d) => d.deviceId)
  assert.deepEqual(await visible('1,0'), [uuidOnBus41, uuidOnBus01])
  assert.deepEqual(await visible('GPU-bbbb'), [uuidOnBus41])
})

test('a MIG instance is its board, with a warning', async (t) => {
  const tree = await makeNvmlTree(t)
  if (tree === null) return
  const meter = await openOn(t, tree, { CUDA_VISIBLE_DEVICES: migOnBus41 })
  assert.deepEqual(
    meter.domains.map(({ deviceId }) => deviceId),
    [uuidOnBus41],
  )
  assert.deepEqual(
    meter.warnings?.().map(({ code, data }) => [code, data]),
    [['GPU_SHARED_BY_MIG', { domain: 'gpu0', migUuid: migOnBus41 }]],
  )
})

test('a MIG instance of an unknown board reads null, with the cause', async (t) => {
  const tree = await makeNvmlTree(t)
  if (tree === null) return
  const meter = await openOn(t, tree, { CUDA_VISIBLE_DEVICES: '0,MIG-eeee' })
  assert.deepEqual(
    meter.read().map(({ joules }) => joules),
    [9000, null],
  )
  const [warning] = meter.warnings?.() ?? []
  assert.equal(warning?.code, 'ENERGY_UNKNOWN')
  assert.match(warning?.message ?? '', /does not tell which board holds MIG-eeee/)
})

test('a board without a counter has power alone, and the domain says which', async (t) => {
  const tree = await makeNvmlTree(t)
  if (tree === null) return
  tree.set(0, 'board_count', 3)
  const meter = await openOn(t, tree)
  assert.equal(meter.domains[2]?.method, 'power')
  assert.match(meter.domains[2]?.sensor ?? '', /^nvmlDeviceGetPowerUsage/)
  assert.match(meter.domains[0]?.sensor ?? '', /TotalEnergy.*, power field 186 \(instant\)$/)
  const [, , last] = meter.read()
  assert.deepEqual([last?.joules, last?.watts], [null, 50])
})

test('an old driver that lacks functions still gives power', async (t) => {
  const tree = await makeNvmlTree(t, { isOldDriver: true })
  if (tree === null) return
  const meter = await openOn(t, tree)
  assert.deepEqual(
    meter.domains.map(({ method }) => method),
    ['power', 'power'],
  )
  // Without PCI addresses the order is NVML's own.
  assert.deepEqual(
    meter.read().map(({ joules, watts }) => [joules, watts]),
    [
      [null, 310],
      [null, 110],
    ],
  )
  assert.equal(meter.devices?.()[0]?.powerLimitW, null)
})

test('a board lost in the middle of a run reads null and the other goes on', async (t) => {
  const tree = await makeNvmlTree(t)
  if (tree === null) return
  const meter = await openOn(t, tree)
  tree.set(1, 'is_lost', 1)
  assert.deepEqual(
    meter.read().map(({ joules, watts }) => [joules, watts]),
    [
      [null, null],
      [5000, 305],
    ],
  )
})

test('a zero and a fall of the counter are passed on as they are', async (t) => {
  const tree = await makeNvmlTree(t)
  if (tree === null) return
  const meter = await openOn(t, tree)
  meter.read()
  tree.set(1, 'energy_mj', 0)
  assert.equal(meter.read()[0]?.joules, 0)
})

test('a board that cannot be opened is named, and one of another container is not', async (t) => {
  const tree = await makeNvmlTree(t)
  if (tree === null) return
  tree.set(0, 'handle_code', 15)
  const lost = await openOn(t, tree)
  assert.deepEqual(
    lost.warnings?.().map(({ data }) => data),
    [{ domain: 'NVML board 0', cause: 'GPU is lost' }],
  )
  tree.set(0, 'handle_code', 4)
  assert.deepEqual((await openOn(t, tree)).warnings?.(), [])
})

test('a driver that is not loaded is unavailable in its own words, with the command that loads it', async (t) => {
  const tree = await makeNvmlTree(t)
  if (tree === null) return
  tree.set(0, 'init_code', 9)
  assert.deepEqual(await source.probe(contextOf(tree)), {
    status: 'unavailable',
    reason: 'Driver Not Loaded',
    fix: 'sudo modprobe nvidia',
  })
})

test('hidden boards are unavailable, with the variable that hides them', async (t) => {
  const tree = await makeNvmlTree(t)
  if (tree === null) return
  assert.deepEqual(await source.probe(contextOf(tree, { CUDA_VISIBLE_DEVICES: '' })), {
    status: 'unavailable',
    reason: 'CUDA_VISIBLE_DEVICES="" leaves none of 2 boards visible',
    fix: 'unset CUDA_VISIBLE_DEVICES',
  })
})

test('boards that report neither energy nor power are unavailable', async (t) => {
  const tree = await makeNvmlTree(t)
  if (tree === null) return
  for (const index of [0, 1]) {
    for (const key of ['energy_code', 'power_code']) tree.set(index, key, 3)
    tree.setField(index, { field: 186, code: 3 })
  }
  assert.deepEqual(await source.probe(contextOf(tree)), {
    status: 'unavailable',
    reason: 'no board reports energy or power (gpu0: Not Supported; gpu1: Not Supported)',
    fix: null,
  })
  assert.equal(tree.initCount(), 0)
})

test('every start of the library has its end', async (t) => {
  const tree = await makeNvmlTree(t)
  if (tree === null) return
  await source.probe(contextOf(tree))
  await source.probe(contextOf(tree, { CUDA_VISIBLE_DEVICES: '-1' }))
  assert.equal(tree.initCount(), 0)
  const meter = await source.open({}, contextOf(tree))
  assert.equal(tree.initCount(), 1)
  await meter[Symbol.asyncDispose]()
  assert.equal(tree.initCount(), 0)
})

test('a container without the library of its driver is told how to be started', async (t) => {
  const root = await makeFileTree(t, { 'proc/driver/nvidia/version': '' })
  const found = await source.probe({ clock: virtualClock(), env: {}, root })
  assert.ok(found.status === 'unavailable')
  assert.match(found.fix ?? '', /^Start the container with --gpus all/)
})

test('a file that is no library is unavailable, in the linker’s words', async (t) => {
  const root = await makeFileTree(t, { 'usr/lib64/libnvidia-ml.so.1': 'not an ELF file' })
  const found = await source.probe({ clock: virtualClock(), env: {}, root })
  assert.ok(found.status === 'unavailable')
  assert.match(found.reason, /load shared library/)
})
