import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { makeNvmlTree, type NvmlTree } from '../../testing/fixtures/nvmlTree.ts'
import { virtualClock } from '../../testing/virtualClock.ts'
import { source } from '../nvml.ts'

async function openOn(t: TestContext, { root }: NvmlTree) {
  const meter = await source.open({}, { clock: virtualClock(1000), env: {}, root })
  t.after(() => meter[Symbol.asyncDispose]())
  return meter
}

test('the facts of a board are what its driver says', async (t) => {
  const tree = await makeNvmlTree(t)
  if (tree === null) return
  for (const [field, value] of [
    [187, 200_000],
    [188, 700_000],
    [189, 700_000],
    [190, 500_000],
    [192, 500_000],
  ] as const) {
    tree.setField(1, { field, value })
  }
  const [facts] = (await openOn(t, tree)).devices?.() ?? []
  assert.deepEqual(facts, {
    id: 'gpu0',
    name: 'NVIDIA H100 80GB HBM3',
    uuid: 'GPU-aaaaaaaa-1111-0000-0000-000000000000',
    busId: '00000000:01:00.0',
    architecture: 'Hopper',
    driverVersion: '550.54.15',
    memoryBytes: 85520809984,
    powerLimitW: 500,
    requestedPowerLimitW: 500,
    defaultPowerLimitW: 700,
    minPowerLimitW: 200,
    maxPowerLimitW: 700,
    smClockMhz: 1980,
    memoryClockMhz: 2619,
    temperatureC: 35,
    isPersistent: true,
    isPartitioned: false,
  })
})

test('a driver without the limit fields is asked by functions, and what neither tells is null', async (t) => {
  const tree = await makeNvmlTree(t)
  if (tree === null) return
  const [facts] = (await openOn(t, tree)).devices?.() ?? []
  assert.deepEqual(
    [facts?.powerLimitW, facts?.requestedPowerLimitW, facts?.defaultPowerLimitW],
    [700, 650, null],
  )
  assert.equal(facts?.minPowerLimitW, null)
})

test('the state of a board is read on demand, in units that its fields name', async (t) => {
  const tree = await makeNvmlTree(t)
  if (tree === null) return
  tree.set(1, 'performance_state', 2)
  tree.set(1, 'throttle_bits', 0x4 | 0x40)
  tree.setField(1, { field: 74, value: 1_500_000_000, type: 'ulonglong' })
  const [state] = (await openOn(t, tree)).state?.() ?? []
  assert.deepEqual(state, {
    id: 'gpu0',
    atMs: 1000,
    smClockMhz: 1980,
    memoryClockMhz: 2619,
    temperatureC: 35,
    computeUtilization: 0.87,
    memoryUtilization: 0.4,
    memoryUsedBytes: 1073741824,
    powerLimitW: 700,
    performanceState: 2,
    throttleReasons: ['powerCap', 'hardwareThermal'],
    throttledMs: {
      powerCap: 1500,
      syncBoost: null,
      softwareThermal: null,
      hardwareThermal: null,
      powerBrake: null,
    },
  })
})

test('no reason to throttle is an empty list, an unknown performance state is null', async (t) => {
  const tree = await makeNvmlTree(t)
  if (tree === null) return
  tree.set(1, 'performance_state', 32)
  const [state] = (await openOn(t, tree)).state?.() ?? []
  assert.deepEqual([state?.throttleReasons, state?.performanceState], [[], null])
})

for (const { driver, fields, expected } of [
  { driver: 550, fields: [251, 269], expected: null },
  { driver: 575, fields: [251, 252, 253], expected: [1, 2, 3] },
  { driver: 580, fields: [269, 270, 271], expected: [1, 2, 3] },
] as const) {
  test(`driver ${driver} ${expected === null ? 'has no thermal times' : `keeps thermal times in field ${fields[0]}`}`, async (t) => {
    const tree = await makeNvmlTree(t)
    if (tree === null) return
    tree.set(0, 'driver_major', driver)
    for (const [i, field] of fields.entries()) {
      tree.setField(1, { field, value: (i + 1) * 1_000_000, type: 'ulonglong' })
    }
    const [state] = (await openOn(t, tree)).state?.() ?? []
    const { softwareThermal, hardwareThermal, powerBrake } = state?.throttledMs ?? {}
    assert.deepEqual([softwareThermal, hardwareThermal, powerBrake], expected ?? [null, null, null])
  })
}

test('a board cut into instances says so and has no utilization', async (t) => {
  const tree = await makeNvmlTree(t)
  if (tree === null) return
  tree.set(1, 'mig_mode', 1)
  const meter = await openOn(t, tree)
  assert.equal(meter.devices?.()[0]?.isPartitioned, true)
  assert.equal(meter.state?.()[0]?.computeUtilization, null)
})

test('a board that is lost has no state and the other has', async (t) => {
  const tree = await makeNvmlTree(t)
  if (tree === null) return
  const meter = await openOn(t, tree)
  tree.set(1, 'is_lost', 1)
  const [lost, other] = meter.state?.() ?? []
  assert.deepEqual(
    [lost?.temperatureC, lost?.throttleReasons, lost?.memoryUsedBytes],
    [null, null, null],
  )
  assert.equal(other?.temperatureC, 35)
})

test('the programs of a board are told with their memory, each once', async (t) => {
  const tree = await makeNvmlTree(t)
  if (tree === null) return
  tree.addProcess(1, { pid: 4711, memoryBytes: 2 ** 35 })
  tree.addProcess(1, { pid: 12, memoryBytes: null })
  tree.addProcess(1, { pid: 12, memoryBytes: 2 ** 20, isGraphics: true })
  assert.deepEqual((await openOn(t, tree)).processes?.(), [
    {
      id: 'gpu0',
      processes: [
        { pid: 4711, memoryBytes: 2 ** 35 },
        { pid: 12, memoryBytes: 2 ** 20 },
      ],
    },
    { id: 'gpu1', processes: [] },
  ])
})

test('more programs than were expected are all told of', async (t) => {
  const tree = await makeNvmlTree(t)
  if (tree === null) return
  for (let pid = 1; pid <= 100; pid++) tree.addProcess(1, { pid, memoryBytes: pid })
  const [first] = (await openOn(t, tree)).processes?.() ?? []
  assert.equal(first?.processes?.length, 100)
  assert.deepEqual(first.processes[99], { pid: 100, memoryBytes: 100 })
})

test('an old driver tells programs in shorter rows, and of its state what it knows', async (t) => {
  const tree = await makeNvmlTree(t, { isOldDriver: true })
  if (tree === null) return
  tree.addProcess(0, { pid: 7, memoryBytes: 1000 })
  tree.addProcess(0, { pid: 8, memoryBytes: 2000 })
  const meter = await openOn(t, tree)
  assert.deepEqual(meter.processes?.()[0]?.processes, [
    { pid: 7, memoryBytes: 1000 },
    { pid: 8, memoryBytes: 2000 },
  ])
  const [state] = meter.state?.() ?? []
  assert.deepEqual(
    [state?.smClockMhz, state?.computeUtilization, state?.throttleReasons],
    [1980, null, null],
  )
})
