import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { countedDomains } from '../core/countedDomains.ts'
import { makeFileTree } from '../testing/fixtures/fileTree.ts'
import { type FakeChip, graceMeters, hwmonFiles, railChip } from '../testing/fixtures/hwmonFiles.ts'
import { heldClock } from '../testing/heldClock.ts'
import { energyDomain } from '../testing/powerTrace.ts'
import { source } from './hwmon.ts'

async function openOn(
  t: TestContext,
  chips: readonly FakeChip[],
  files: Readonly<Record<string, string>> = {},
) {
  const root = await makeFileTree(t, { ...hwmonFiles(chips), ...files })
  const clock = heldClock()
  const meter = await source.open({}, { clock, env: {}, root })
  t.after(() => meter[Symbol.asyncDispose]())
  return { meter, root, clock }
}

const tableOf = ({ meter }: Awaited<ReturnType<typeof openOn>>) => {
  const readings = meter.read()
  return meter.domains.map(({ id, scope, contains }, i) => [
    id,
    scope,
    contains,
    readings[i]?.joules ?? readings[i]?.watts ?? null,
  ])
}

test('Grace is told by its labels: the module holds the socket, the socket its CPU and SysIO', async (t) => {
  const chips = graceMeters(1, { SysIO: 20, CPU: 95, Grace: 120, Module: 610 })
  const opened = await openOn(t, chips)
  assert.deepEqual(tableOf(opened), [
    ['uncore1', 'uncore', [], 20],
    ['cores1', 'core', [], 95],
    ['cpu1', 'package', ['uncore1', 'cores1'], 120],
    ['module1', 'module', ['uncore1', 'cores1', 'cpu1'], 610],
  ])
  const [domain] = opened.meter.domains
  assert.deepEqual([domain?.averagingWindowMs, domain?.updatePeriodMs], [50, 50])
  assert.match(domain?.sensor ?? '', /^SysIO Power Socket 1: \/sys\/.*\/device\/power1_average$/)
})

test('a Grace module holds the GPU on its socket, whoever reads that', async (t) => {
  const files = {
    'proc/driver/nvidia/gpus/0009:01:00.0/information':
      'Model: \t\t NVIDIA GH200 480GB\nGPU UUID: \t GPU-feed\n',
    'sys/bus/pci/devices/0009:01:00.0/numa_node': '0\n',
  }
  const { meter } = await openOn(t, graceMeters(0, { Module: 610, Grace: 120 }), files)
  const gpu = energyDomain({ id: 'gpu0', deviceId: 'GPU-feed' })
  const other = energyDomain({ id: 'gpu1', deviceId: 'GPU-other' })
  assert.deepEqual(
    countedDomains([...meter.domains, gpu, other]).map(({ id }) => id),
    ['gpu1', 'module0'],
  )
})

test('a board of two Grace CPUs beside GPUs in slots holds none of those', async (t) => {
  const files = {
    'proc/driver/nvidia/gpus/0009:01:00.0/information':
      'Model: \t\t NVIDIA H100 PCIe\nGPU UUID: \t GPU-feed\n',
    'sys/bus/pci/devices/0009:01:00.0/numa_node': '0\n',
  }
  const { meter } = await openOn(t, graceMeters(0, { Module: 250, Grace: 240 }), files)
  assert.equal(meter.domains[0]?.deviceId, null)
})

test('Intel GPUs are read by the counter of the card, in PCI order, the chip inside', async (t) => {
  const { meter } = await openOn(t, [
    {
      name: 'xe',
      own: {
        energy1_label: 'card',
        energy1_input: 24_800_000,
        energy2_label: 'pkg',
        energy2_input: 20_000_000,
      },
      device: { uevent: 'PCI_SLOT_NAME=0000:e3:00.0' },
    },
    {
      name: 'i915',
      own: { energy1_input: 5_000_000 },
      device: { uevent: 'PCI_SLOT_NAME=0000:03:00.0' },
    },
    { name: 'i915_gt0', own: { energy1_input: 4_000_000 } },
  ])
  const readings = meter.read()
  assert.deepEqual(
    meter.domains.map(({ id, scope, deviceId, contains }, i) => [
      id,
      scope,
      deviceId,
      contains,
      readings[i]?.joules,
    ]),
    [
      ['intelgpu0', 'board', '0000:03:00.0', [], 5],
      ['intelgpu1', 'board', '0000:e3:00.0', ['intelgpu1-chip'], 24.8],
      ['intelgpu1-chip', 'part', '0000:e3:00.0', [], 20],
    ],
  )
})

test('an Intel GPU that counts its chip alone is a part, not a board', async (t) => {
  const opened = await openOn(t, [
    { name: 'xe', own: { energy2_label: 'pkg', energy2_input: 1_000_000 } },
  ])
  assert.deepEqual(tableOf(opened), [['intelgpu0', 'part', [], 1]])
})

test('the rail that feeds a Jetson module holds the others, and power is volts times amps', async (t) => {
  const opened = await openOn(t, [
    railChip([
      { label: 'VDD_IN', millivolts: 5000, milliamps: 2000 },
      { label: 'VDD_CPU_GPU_CV', millivolts: 5000, milliamps: 800 },
      { label: 'VDD_SOC', millivolts: 5000, milliamps: 400 },
    ]),
  ])
  assert.deepEqual(tableOf(opened), [
    ['VDD_IN', 'module', ['VDD_CPU_GPU_CV', 'VDD_SOC'], 10],
    ['VDD_CPU_GPU_CV', 'package', [], 4],
    ['VDD_SOC', 'part', [], 2],
  ])
})

test('a Jetson without a feeding rail has its rails side by side, unused channels left out', async (t) => {
  const opened = await openOn(t, [
    railChip([
      { label: 'VDD_GPU_SOC', millivolts: 20_000, milliamps: 300 },
      { label: 'VDD_CPU_CV', millivolts: 20_000, milliamps: 100 },
      { label: 'VIN_SYS_5V0', millivolts: 5000, milliamps: 900 },
    ]),
    railChip([
      { label: 'NC', millivolts: 0, milliamps: 0 },
      { label: 'VDDQ_VDD2_1V8AO', millivolts: 5000, milliamps: 200 },
    ]),
  ])
  assert.deepEqual(tableOf(opened), [
    ['VDD_GPU_SOC', 'part', [], 6],
    ['VDD_CPU_CV', 'package', [], 2],
    ['VIN_SYS_5V0', 'part', [], 4.5],
    ['VDDQ_VDD2_1V8AO', 'dram', [], 1],
  ])
})

test('the driver of JetPack 4 gives milliwatts by itself', async (t) => {
  const folder = 'sys/bus/i2c/drivers/ina3221x/6-0040/iio:device0'
  const opened = await openOn(t, [], {
    [`${folder}/rail_name_0`]: 'POM_5V_IN\n',
    [`${folder}/in_power0_input`]: '3120\n',
    [`${folder}/rail_name_1`]: 'POM_5V_GPU\n',
    [`${folder}/in_power1_input`]: '0\n',
  })
  assert.deepEqual(tableOf(opened), [
    ['POM_5V_IN', 'module', ['POM_5V_GPU'], 3.12],
    ['POM_5V_GPU', 'part', [], 0],
  ])
})

test('an ACPI power meter without a label of Grace is the chassis, as accurate as it says', async (t) => {
  const { meter, root, clock } = await openOn(t, [
    {
      name: 'power_meter',
      device: {
        power1_average: 412_000_000,
        power1_average_interval: 5000,
        power1_accuracy: '98.0%',
        power1_is_battery: 0,
      },
    },
  ])
  const [domain] = meter.domains
  assert.deepEqual(
    [domain?.id, domain?.scope, domain?.averagingWindowMs],
    ['chassis', 'chassis', 5000],
  )
  assert.ok(Math.abs((domain?.gainUncertainty ?? 0) - 0.02) < 1e-9)
  assert.equal(meter.read()[0]?.watts, 412)
  // Read in the background: the file may take a second.
  writeFileSync(join(root, 'sys/class/hwmon/hwmon0/device/power1_average'), '500000000\n')
  assert.equal(meter.read()[0]?.watts, 412)
  clock.pass(5000)
  while (meter.read()[0]?.watts !== 500) await wait(5)
})

test("a battery's meter is not the machine's", async (t) => {
  const root = await makeFileTree(
    t,
    hwmonFiles([{ name: 'power_meter', own: { power1_average: 9e6, power1_is_battery: 1 } }]),
  )
  const found = await source.probe({ clock: heldClock(), env: {}, root })
  assert.equal(found.status, 'unavailable')
})

test('a sensor that fails later reads null and the others go on', async (t) => {
  const { meter, root } = await openOn(t, graceMeters(0, { Module: 610, Grace: 120 }))
  writeFileSync(join(root, 'sys/class/hwmon/hwmon0/device/power1_average'), '')
  assert.deepEqual(
    meter.read().map(({ watts }) => watts),
    [null, 120],
  )
})
