import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import type { DeviceState } from '../../energy/energySource.ts'
import { source } from '../../energy/nvml.ts'
import { boardDomain, fakeMeter } from '../../testing/fakeMeter.ts'
import { makeNvmlTree, type NvmlTree } from '../../testing/fixtures/nvmlTree.ts'
import { virtualClock } from '../../testing/virtualClock.ts'
import { type DeviceLook, deviceWatch } from '../sampler/deviceWatch.ts'
import { summarizeDevices } from './summarizeDevices.ts'

const window = { startMs: 10_000, endMs: 20_000 }
const input = { devices: [], window, launchedMs: 5000, askedPowerLimitW: null }

/** One look a second, from second 4 to 21; `change` says what differs from a steady board. */
function looksOf(
  change: (second: number) => Partial<DeviceState>,
  users: DeviceLook['users'] = [],
): DeviceLook[] {
  const [steady] = fakeMeter(() => ({}), [boardDomain]).state?.() ?? []
  if (steady === undefined) throw new Error('the fake meter has a state')
  return Array.from({ length: 18 }, (_, index) => {
    const atMs = 1000 * (index + 4)
    return { atMs, states: [{ ...steady, atMs, ...change(index + 4) }], users }
  })
}

const codesOf = (looks: DeviceLook[]): string[] =>
  summarizeDevices({ ...input, looks }).warnings.map(({ code }) => code)

test('a board at its power limit is told apart from one that is too hot', () => {
  const capped = looksOf(() => ({ throttleReasons: ['powerCap'] }))
  const hot = looksOf(() => ({ throttleReasons: ['softwareThermal', 'powerCap'] }))
  assert.deepEqual(codesOf(capped), [])
  assert.deepEqual(codesOf(hot), ['GPU_THROTTLED'])
  const [summary] = summarizeDevices({ ...input, looks: capped }).devices
  assert.equal(summary?.throttledShare.powerCap, 1)
  assert.equal(summary?.throttledShare.softwareThermal, 0)
})

test('the time counters of a driver are exact where looks miss what happens between them', () => {
  // From second 12 on the board is held for 200 ms of every second, and no look meets it.
  const looks = looksOf((second) => ({
    throttleReasons: [],
    throttledMs: {
      powerCap: null,
      syncBoost: null,
      softwareThermal: null,
      hardwareThermal: 7000 + 200 * Math.max(0, second - 12),
      powerBrake: null,
    },
  }))
  const { devices, warnings } = summarizeDevices({ ...input, looks })
  assert.ok(Math.abs((devices[0]?.throttledShare.hardwareThermal ?? 0) - 0.16) < 1e-9)
  assert.deepEqual(warnings[0]?.data, { domain: 'gpu0', cause: 'its temperature', share: 0.16 })
})

test('a board that warms by 11 degrees in the window is warned of, one that warms by 10 is not', () => {
  const warming = (kelvin: number) => (second: number) => ({
    temperatureC: 40 + (kelvin * (second - 10)) / 10,
  })
  assert.deepEqual(codesOf(looksOf(warming(11))), ['TEMPERATURE_DRIFTED'])
  assert.deepEqual(codesOf(looksOf(warming(10))), [])
})

test('a clock that sinks over the window is warned of, one that flickers is not', () => {
  assert.deepEqual(codesOf(looksOf((second) => ({ smClockMhz: 2000 - 20 * second }))), [
    'CLOCK_DRIFTED',
  ])
  assert.deepEqual(codesOf(looksOf((second) => ({ smClockMhz: 1900 + 60 * (second % 2) }))), [])
})

test('programs of others are named: by their parents, else by having been there before the engine', () => {
  const user = { id: 'gpu0', memoryBytes: 1e9 }
  const users = [
    { ...user, pid: 1, isOurs: true },
    { ...user, pid: 2, isOurs: false },
    { ...user, pid: 3, isOurs: null },
  ]
  const looks = looksOf(() => ({}), users)
  const pidsIn = (some: DeviceLook[]) =>
    summarizeDevices({ ...input, looks: some }).devices[0]?.otherPrograms?.map(({ pid }) => pid)
  assert.deepEqual(pidsIn(looks), [2, 3])
  assert.deepEqual(pidsIn(looks.filter(({ atMs }) => atMs > 5000)), [2])
  assert.deepEqual(codesOf(looks), ['GPU_SHARED'])
})

test('of a server that somebody else started nothing is said about other programs', () => {
  const looks = looksOf(() => ({}), [{ id: 'gpu0', pid: 2, memoryBytes: null, isOurs: false }])
  const { devices, warnings } = summarizeDevices({ ...input, looks, launchedMs: null })
  assert.equal(devices[0]?.otherPrograms, null)
  assert.deepEqual(warnings, [])
})

/** Watches the fake driver over the window; `change` is called before each look. */
async function watchBoard(
  t: TestContext,
  change: (tree: NvmlTree, second: number) => void,
  askedPowerLimitW: number | null = null,
) {
  const tree = await makeNvmlTree(t)
  if (tree === null) return null
  const clock = virtualClock(0)
  change(tree, 0)
  const meter = await source.open({}, { clock, env: {}, root: tree.root })
  t.after(() => meter[Symbol.asyncDispose]())
  const watch = deviceWatch([meter], () => false)
  assert.ok(watch !== null)
  const looks: DeviceLook[] = []
  for (let second = 1; second <= 21; second++) {
    await clock.sleep(1000)
    change(tree, second)
    looks.push(watch(clock.nowMs()))
  }
  const devices = meter.devices?.() ?? []
  return summarizeDevices({ ...input, devices, looks, askedPowerLimitW })
}

test('what the driver says of throttling, limits, persistence and programs becomes warnings', async (t) => {
  const found = await watchBoard(t, (tree, second) => {
    // NVML index 1 is the board that CUDA sees first.
    tree.setField(1, { field: 74, value: second * 1e9, type: 'ulonglong' })
    tree.setField(1, { field: 189, value: 1_000_000 })
    tree.set(1, 'throttle_bits', 0x4 | 0x40)
    tree.set(1, 'is_persistent', 0)
    if (second === 0) tree.addProcess(1, { pid: 4711, memoryBytes: 5e8 })
  })
  if (found === null) return
  const own = found.warnings.filter(({ data }) => data['domain'] === 'gpu0')
  assert.deepEqual(
    own.map(({ code }) => code),
    ['GPU_THROTTLED', 'GPU_POWER_LIMITED', 'GPU_NOT_PERSISTENT', 'GPU_SHARED'],
  )
  assert.deepEqual(own[1]?.data, {
    domain: 'gpu0',
    powerLimitW: 700,
    defaultLimitW: 1000,
    share: 1,
  })
  const [summary] = found.devices
  assert.deepEqual(summary?.otherPrograms, [{ pid: 4711, memoryBytes: 5e8 }])
  assert.equal(summary?.throttledShare.hardwareThermal, 1)
})

test('a limit that the experiment asked for is no finding', async (t) => {
  const lower = (tree: NvmlTree) => tree.setField(1, { field: 189, value: 1_000_000 })
  const found = await watchBoard(t, lower, 700)
  if (found === null) return
  assert.deepEqual(found.warnings, [])
})
