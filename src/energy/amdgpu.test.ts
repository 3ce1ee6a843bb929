import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import type { Environment } from '../core/context.ts'
import { countedDomains } from '../core/countedDomains.ts'
import { amdFiles, type FakeAmdCard, makeAmdSmiTree } from '../testing/fixtures/amdTree.ts'
import { makeFileTree } from '../testing/fixtures/fileTree.ts'
import { virtualClock } from '../testing/virtualClock.ts'
import { source } from './amdgpu.ts'

const twoDies: readonly FakeAmdCard[] = [
  { busId: '0000:c1:00.0', sensors: { power1_average: 300_000_000 } },
  { busId: '0000:c6:00.0', sensors: { power1_average: 0 } },
]
const stepJ = 15.3e-6

const contextOf = (root: string, env: Environment = {}) => ({ clock: virtualClock(), env, root })

async function openOn(t: TestContext, root: string, env: Environment = {}) {
  const meter = await source.open({}, contextOf(root, env))
  t.after(() => meter[Symbol.asyncDispose]())
  return meter
}

for (const isAmdSmi of [false, true]) {
  test(`joules come from the accumulator of ${isAmdSmi ? 'amd-smi' : 'rocm-smi'}, by PCI address`, async (t) => {
    const tree = await makeAmdSmiTree(t, amdFiles(twoDies), { isAmdSmi })
    if (tree === null) return
    const meter = await openOn(t, tree.root)
    assert.deepEqual(
      meter.domains.map(({ id, method, deviceId, contains }) => [id, method, deviceId, contains]),
      [
        ['amdgpu0', 'counter', '0000:c1:00.0', ['amdgpu1']],
        ['amdgpu1', 'power', '0000:c6:00.0', []],
      ],
    )
    const [first, second] = meter.read()
    assert.ok(Math.abs((first?.joules ?? 0) - 1_000_000 * stepJ) < 1e-5)
    assert.deepEqual([first?.watts, second?.joules, second?.watts], [300, null, null])
    assert.match(
      meter.domains[0]?.sensor ?? '',
      /^(rsmi_dev|amdsmi_get)_energy_count(_get)?, .*power1_average$/,
    )
  })
}

test('a second die without a sensor is null, with the cause, and the total is known', async (t) => {
  const root = await makeFileTree(t, amdFiles(twoDies))
  const meter = await openOn(t, root)
  assert.deepEqual(
    countedDomains(meter.domains).map(({ id }) => id),
    ['amdgpu0'],
  )
  assert.deepEqual(
    meter.warnings?.().map(({ data }) => data),
    [
      {
        domain: 'amdgpu1',
        cause: 'the die has no sensor of its own: its energy is in amdgpu0',
      },
    ],
  )
})

test('a second die that alone is visible is read through the first', async (t) => {
  const root = await makeFileTree(
    t,
    amdFiles(
      twoDies,
      twoDies.map(({ busId }) => busId),
    ),
  )
  const meter = await openOn(t, root, { ROCR_VISIBLE_DEVICES: '1' })
  assert.deepEqual(
    meter.domains.map(({ id, deviceId, contains }) => [id, deviceId, contains]),
    [
      ['amdgpu0', '0000:c6:00.0', []],
      ['amdgpu1', '0000:c1:00.0', ['amdgpu0']],
    ],
  )
})

test('without a library there is power alone', async (t) => {
  const root = await makeFileTree(
    t,
    amdFiles([{ busId: '0000:03:00.0', code: '0x744c', sensors: { power1_average: 50_000_000 } }]),
  )
  const meter = await openOn(t, root)
  assert.deepEqual(
    meter.domains.map(({ method, scope, averagingWindowMs }) => [method, scope, averagingWindowMs]),
    [['power', 'board', null]],
  )
  assert.deepEqual(
    meter.read().map(({ joules, watts }) => [joules, watts]),
    [[null, 50]],
  )
})

test('a library that cannot start, or has no accumulator, leaves power alone', async (t) => {
  const refusing = await makeAmdSmiTree(t, amdFiles(twoDies))
  const older = await makeAmdSmiTree(t, amdFiles(twoDies), { hasEnergy: false })
  if (refusing === null || older === null) return
  refusing.setInitCode(8)
  for (const { root } of [refusing, older]) {
    assert.equal((await openOn(t, root)).domains[0]?.method, 'power')
  }
})

test('an accumulator that fails later reads null, and one that falls is passed on as it is', async (t) => {
  const tree = await makeAmdSmiTree(t, amdFiles(twoDies))
  if (tree === null) return
  const meter = await openOn(t, tree.root)
  tree.set(0, 1_000_000, 2)
  assert.deepEqual([meter.read()[0]?.joules, meter.read()[0]?.watts], [null, 300])
  tree.set(0, 10)
  assert.ok((meter.read()[0]?.joules ?? 1) < 0.001)
})

test('a counter among the sensors is used where there is no library', async (t) => {
  const root = await makeFileTree(
    t,
    amdFiles([{ busId: '0000:03:00.0', sensors: { energy1_input: 7_500_000 } }]),
  )
  const meter = await openOn(t, root)
  assert.equal(meter.domains[0]?.method, 'counter')
  assert.equal(meter.read()[0]?.joules, 7.5)
})

test('a dead average gives way to the input', async (t) => {
  const sensors = { power1_average: 0, power1_input: 140_000_000 }
  const root = await makeFileTree(t, amdFiles([{ busId: '0000:05:00.0', code: '0x74a5', sensors }]))
  const meter = await openOn(t, root)
  assert.equal(meter.read()[0]?.watts, 140)
  assert.match(meter.domains[0]?.sensor ?? '', /power1_input$/)
})

test('ROCm numbers GPUs by the compute topology, and the variables choose among those', async (t) => {
  const sensors = { power1_average: 100_000_000 }
  const cards = ['0000:03:00.0', '0000:43:00.0', '0000:83:00.0'].map((busId, i) => ({
    busId,
    code: '0x74a1',
    sensors,
    files: { unique_id: `00ab${i}` },
  }))
  const order = ['0000:83:00.0', '0000:03:00.0', '0000:43:00.0']
  const root = await makeFileTree(t, amdFiles(cards, order))
  const visible = async (env: Environment) =>
    (await openOn(t, root, env)).domains.map(({ deviceId }) => deviceId)
  assert.deepEqual(await visible({}), order)
  assert.deepEqual(await visible({ HIP_VISIBLE_DEVICES: '2,0' }), ['0000:43:00.0', '0000:83:00.0'])
  assert.deepEqual(
    await visible({ ROCR_VISIBLE_DEVICES: 'GPU-00AB1,1', HIP_VISIBLE_DEVICES: '1' }),
    ['0000:03:00.0'],
  )
  const none = await source.probe(contextOf(root, { HIP_VISIBLE_DEVICES: '7' }))
  assert.ok(none.status === 'unavailable' && none.fix === 'unset HIP_VISIBLE_DEVICES')
})

test('a GPU inside a CPU is left to rapl, and doctor says so', async (t) => {
  const apu: FakeAmdCard = {
    busId: '0000:c4:00.0',
    code: '0x15bf',
    sensors: { power1_input: 12_000_000 },
    files: { gpu_metrics: Uint8Array.of(0x80, 0, 2, 1) },
  }
  const root = await makeFileTree(t, amdFiles([apu]))
  const found = await source.probe(contextOf(root))
  assert.ok(found.status === 'unavailable')
  assert.match(found.reason, /part of a CPU: .* which rapl reads/)
})

test('MI300A is one module of CPU and GPU', async (t) => {
  const root = await makeFileTree(
    t,
    amdFiles([{ busId: '0000:01:00.0', code: '0x74a0', sensors: { power1_input: 300_000_000 } }]),
  )
  assert.equal((await openOn(t, root)).domains[0]?.scope, 'module')
})

test('cards of other makers and partitions without an address are no AMD GPUs', async (t) => {
  const root = await makeFileTree(t, {
    'sys/class/drm/card0/device/vendor': '0x10de\n',
    'sys/class/drm/card1/device/vendor': '0x1002\n',
    'sys/class/drm/card1-DP-1/status': 'connected\n',
  })
  assert.deepEqual(await source.probe(contextOf(root)), {
    status: 'unavailable',
    reason: 'there is no AMD GPU with its driver here',
    fix: null,
  })
})

test('a card without any sensor is unavailable, by name', async (t) => {
  const root = await makeFileTree(t, amdFiles([{ busId: '0000:03:00.0', code: '0x744c' }]))
  assert.deepEqual(await source.probe(contextOf(root)), {
    status: 'unavailable',
    reason: 'amdgpu0: the driver reports neither energy nor power',
    fix: null,
  })
})

test('facts and state of a card are what its driver says', async (t) => {
  const card: FakeAmdCard = {
    busId: '0000:03:00.0',
    code: '0x74a1',
    sensors: {
      power1_input: 100_000_000,
      power1_cap: 600_000_000,
      power1_cap_default: 750_000_000,
      freq1_input: 2_100_000_000,
      temp1_input: 41_000,
      temp2_input: 55_000,
    },
    files: {
      unique_id: '1f2e3d',
      mem_info_vram_total: 206_141_652_992,
      mem_info_vram_used: 4096,
      gpu_busy_percent: 50,
    },
  }
  const root = await makeFileTree(t, amdFiles([card]))
  const meter = await openOn(t, root)
  const [facts] = meter.devices?.() ?? []
  const { name, uuid, memoryBytes, powerLimitW, defaultPowerLimitW, maxPowerLimitW } = facts ?? {}
  assert.deepEqual(
    [name, uuid, memoryBytes, powerLimitW, defaultPowerLimitW, maxPowerLimitW],
    ['AMD Instinct MI300X', 'GPU-1f2e3d', 206_141_652_992, 600, 750, null],
  )
  writeFileSync(join(root, 'sys/class/drm/card0/device/gpu_busy_percent'), '99\n')
  const [state] = meter.state?.() ?? []
  const { computeUtilization, memoryUtilization, smClockMhz, temperatureC, memoryUsedBytes } =
    state ?? {}
  assert.deepEqual(
    [computeUtilization, memoryUtilization, smClockMhz, temperatureC, memoryUsedBytes],
    [0.99, null, 2100, 55, 4096],
  )
})

test('every start of the library has its end', async (t) => {
  const tree = await makeAmdSmiTree(t, amdFiles(twoDies), { isAmdSmi: true })
  if (tree === null) return
  await source.probe(contextOf(tree.root))
  assert.equal(tree.openCount(), 0)
  const meter = await source.open({}, contextOf(tree.root))
  assert.equal(tree.openCount(), 1)
  await meter[Symbol.asyncDispose]()
  assert.equal(tree.openCount(), 0)
})
