import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { countedDomains } from '../../core/countedDomains.ts'
import { makeNvmlTree, type NvmlTree } from '../../testing/fixtures/nvmlTree.ts'
import { virtualClock } from '../../testing/virtualClock.ts'
import { source } from '../nvml.ts'

const contextOf = ({ root }: NvmlTree) => ({ clock: virtualClock(), env: {}, root })
const board = 0
const module = 1
const memory = 2
const notSupported = 3

async function openOn(t: TestContext, tree: NvmlTree) {
  const meter = await source.open({}, contextOf(tree))
  t.after(() => meter[Symbol.asyncDispose]())
  return meter
}

const table = async (t: TestContext, tree: NvmlTree) => {
  const meter = await openOn(t, tree)
  const readings = meter.read()
  return meter.domains.map(({ id, scope, method, contains }, i) => ({
    id,
    scope,
    method,
    contains,
    joules: readings[i]?.joules,
    watts: readings[i]?.watts,
  }))
}

test('module and memory are domains of their own where the driver tells them apart', async (t) => {
  const tree = await makeNvmlTree(t)
  if (tree === null) return
  tree.set(0, 'board_count', 1)
  tree.setField(0, { field: 186, scope: module, value: 900_000 })
  tree.setField(0, { field: 191, scope: module, value: 7_000_000, type: 'ulonglong' })
  tree.setField(0, { field: 185, scope: memory, value: 60_000 })
  assert.deepEqual(await table(t, tree), [
    {
      id: 'gpu0',
      scope: 'board',
      method: 'counter',
      contains: ['gpu0-memory'],
      joules: 5000,
      watts: 305,
    },
    {
      id: 'gpu0-module',
      scope: 'module',
      method: 'counter',
      contains: ['gpu0', 'gpu0-memory'],
      joules: 7000,
      watts: 900,
    },
    { id: 'gpu0-memory', scope: 'memory', method: 'power', contains: [], joules: null, watts: 60 },
  ])
})

test('all scopes of a board are read by one call for its fields', async (t) => {
  const tree = await makeNvmlTree(t)
  if (tree === null) return
  tree.setField(0, { field: 186, scope: module, value: 900_000 })
  tree.setField(0, { field: 185, scope: memory, value: 60_000 })
  const meter = await openOn(t, tree)
  const before = tree.fieldCalls()
  assert.equal(meter.read().length, 4)
  assert.equal(tree.fieldCalls() - before, 2)
})

test('a scope that answers 0 W, or the value of the board again, is no domain', async (t) => {
  const tree = await makeNvmlTree(t)
  if (tree === null) return
  tree.set(0, 'board_count', 1)
  tree.setField(0, { field: 186, scope: module, value: 305_000 })
  tree.setField(0, { field: 191, scope: module, value: 5_000_000, type: 'ulonglong' })
  tree.setField(0, { field: 185, scope: memory, value: 0 })
  assert.deepEqual(
    (await table(t, tree)).map(({ id }) => id),
    ['gpu0'],
  )
})

test('on Grace Hopper the counter is that of the module, and the GPU alone has power', async (t) => {
  const tree = await makeNvmlTree(t)
  if (tree === null) return
  tree.set(0, 'board_count', 1)
  tree.setName(0, 'NVIDIA GH200 480GB')
  tree.setField(0, { field: 186, scope: module, value: 520_000 })
  const meter = await openOn(t, tree)
  assert.deepEqual(
    meter.domains.map(({ id, scope, method, observedShare }) => [id, scope, method, observedShare]),
    [
      ['gpu0', 'board', 'power', 0.2],
      ['gpu0-module', 'module', 'counter', null],
    ],
  )
  assert.deepEqual(
    countedDomains(meter.domains).map(({ id }) => id),
    ['gpu0-module'],
  )
})

test('a driver that refuses the GPU alone gives the module under its id, labeled and warned of', async (t) => {
  const tree = await makeNvmlTree(t)
  if (tree === null) return
  tree.set(0, 'board_count', 1)
  tree.setName(0, 'NVIDIA GH200 480GB')
  tree.setField(0, { field: 186, scope: board, code: notSupported })
  tree.setField(0, { field: 186, scope: module, value: 520_000 })
  const meter = await openOn(t, tree)
  const [domain] = meter.domains
  assert.deepEqual([domain?.id, domain?.scope, domain?.method], ['gpu0', 'module', 'counter'])
  assert.match(
    domain?.sensor ?? '',
    /TotalEnergyConsumption, power field 186 \(instant\) of the module$/,
  )
  assert.deepEqual(
    meter.warnings?.().map(({ code, data }) => [code, data['domain']]),
    [['GPU_MODULE_ONLY', 'gpu0']],
  )
  assert.deepEqual(
    meter.devices?.().map(({ id }) => id),
    ['gpu0'],
  )
})

test('two GPUs of one module are one module that holds both', async (t) => {
  const tree = await makeNvmlTree(t)
  if (tree === null) return
  for (const [index, bus] of ['41', '01'].entries()) {
    tree.setField(index, { field: 186, scope: module, value: 2_500_000 })
    const file = join(tree.root, `sys/bus/pci/devices/0000:${bus}:00.0/numa_node`)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, '0\n')
  }
  const meter = await openOn(t, tree)
  assert.deepEqual(
    meter.domains.map(({ id, contains }) => [id, contains]),
    [
      ['gpu0', []],
      ['gpu0-module', ['gpu0', 'gpu1']],
      ['gpu1', []],
    ],
  )
  assert.deepEqual(
    countedDomains(meter.domains).map(({ id }) => id),
    ['gpu0-module'],
  )
})

test('an average is read where instant power is refused, and its card says so', async (t) => {
  const tree = await makeNvmlTree(t)
  if (tree === null) return
  tree.set(0, 'board_count', 1)
  tree.set(0, 'energy_code', notSupported)
  tree.setField(0, { field: 186, code: notSupported })
  tree.setField(0, { field: 185, value: 299_000, type: 'double' })
  const [domain] = (await openOn(t, tree)).domains
  assert.deepEqual([domain?.method, domain?.averagingWindowMs], ['power', 1000])
  assert.match(domain?.sensor ?? '', /^power field 185 \(mean over 1 s\)$/)
  assert.equal((await table(t, tree))[0]?.watts, 299)
})

test('the counter is read as a field where its function is refused', async (t) => {
  const tree = await makeNvmlTree(t)
  if (tree === null) return
  tree.set(0, 'board_count', 1)
  tree.set(0, 'energy_code', notSupported)
  tree.setField(0, { field: 83, value: 4_200_000, type: 'ulonglong' })
  const [row] = await table(t, tree)
  assert.deepEqual([row?.method, row?.joules], ['counter', 4200])
})

test('a virtual GPU without a sensor is null, and the warning says that its host keeps it', async (t) => {
  const tree = await makeNvmlTree(t)
  if (tree === null) return
  tree.set(0, 'virtualization', 2)
  tree.set(0, 'energy_code', notSupported)
  tree.set(0, 'power_code', notSupported)
  tree.setField(0, { field: 186, code: notSupported })
  const meter = await openOn(t, tree)
  assert.deepEqual(
    meter.read().map(({ joules, watts }) => [joules, watts]),
    [
      [9000, 105],
      [null, null],
    ],
  )
  assert.match(
    meter.warnings?.()[0]?.message ?? '',
    /gpu1 is unknown: it is a virtual GPU, whose host keeps the sensor \(Not Supported\)/,
  )
})
