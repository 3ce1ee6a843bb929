import assert from 'node:assert/strict'
import { chmodSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { countedDomains } from '../core/countedDomains.ts'
import { asOrdinaryUser } from '../testing/asOrdinaryUser.ts'
import { makeFileTree } from '../testing/fixtures/fileTree.ts'
import { type SensorHost, sensorHosts } from '../testing/fixtures/sensorHosts.ts'
import { heldClock } from '../testing/heldClock.ts'
import { source as amdgpu } from './amdgpu.ts'
import { source as hwmon } from './hwmon.ts'
import { source as rapl } from './rapl.ts'

const sources = { rapl, amdgpu, hwmon } as const

/** What `llem doctor` says of each source: what can be read, or why not and what to type. */
interface Expected {
  rapl: string | [reason: string, fix: string | null]
  amdgpu: string | [reason: string, fix: string | null]
  hwmon: string | [reason: string, fix: string | null]
  /** Domains that make up the total when everything that can be read is read. */
  total: string[]
}

const noZones: [string, string] = [
  'the kernel offers no powercap zones',
  'sudo modprobe intel_rapl_msr',
]
const noZonesOnArm: [string, null] = ['the kernel offers no powercap zones', null]
const noCard: [string, null] = ['there is no AMD GPU with its driver here', null]
const noChips: [string, null] = ['there are no sensor chips', null]
const noSysfs: [string, string] = [
  'there is no /sys here, where the kernel shows its sensors',
  'Start the container with -v /sys:/sys:ro --security-opt systempaths=unconfined',
]
const none = (chips: string): [string, null] => [
  `none of ${chips} is known to measure the power of a device or machine`,
  null,
]

const table: Record<keyof typeof sensorHosts, Expected> = {
  'one-socket Intel workstation': {
    rapl: 'cpu0, cores0, uncore0, dram0',
    amdgpu: noCard,
    hwmon: noChips,
    total: ['cpu0', 'dram0'],
  },
  'two sockets with swapped zones': {
    rapl: 'cpu0, cpu1, dram0, dram1',
    amdgpu: noCard,
    hwmon: noChips,
    total: ['cpu0', 'cpu1', 'dram0', 'dram1'],
  },
  'laptop with psys and MMIO duplicates': {
    rapl: 'psys, cpu0, cores0, uncore0',
    amdgpu: noCard,
    hwmon: noChips,
    total: ['psys'],
  },
  'server with TPMI zones alone': {
    rapl: 'cpu0, cpu1, dram0, dram1',
    amdgpu: noCard,
    hwmon: noChips,
    total: ['cpu0', 'cpu1', 'dram0', 'dram1'],
  },
  'AMD EPYC of two sockets': {
    rapl: 'cpu0, cpu1, cores0, cores1',
    amdgpu: noCard,
    hwmon: noChips,
    total: ['cpu0', 'cpu1'],
  },
  'Threadripper of two dies': {
    rapl: 'cpu0-die0, cores0-die0',
    amdgpu: noCard,
    hwmon: noChips,
    total: ['cpu0-die0'],
  },
  'Grace Hopper': {
    rapl: noZonesOnArm,
    amdgpu: noCard,
    hwmon: 'module0, cpu0, cores0, uncore0',
    total: ['module0'],
  },
  'Grace without its power meters': {
    rapl: noZonesOnArm,
    amdgpu: noCard,
    hwmon: [
      'the power meters of Grace are not there: they come with the module acpi_power_meter',
      'sudo modprobe acpi_power_meter',
    ],
    total: [],
  },
  'Intel Arc in a desktop': {
    rapl: 'cpu0',
    amdgpu: noCard,
    hwmon: 'intelgpu0, intelgpu0-chip',
    total: ['cpu0', 'intelgpu0'],
  },
  'MI250X node': {
    rapl: 'cpu0',
    amdgpu:
      'amdgpu0 AMD Instinct MI250X (power only, with amdgpu1); amdgpu2 AMD Instinct MI250X (power only, with amdgpu3)',
    hwmon: noChips,
    total: ['amdgpu0', 'amdgpu2', 'cpu0'],
  },
  'Radeon beside a Ryzen with graphics': {
    rapl: 'cpu0, cores0',
    amdgpu:
      'amdgpu0 AMD GPU 0x744c (power only); AMD GPU 0x164e at 0000:10:00.0 is part of a CPU: its sensor measures the whole package, which rapl reads',
    hwmon: noChips,
    total: ['amdgpu0', 'cpu0'],
  },
  'Jetson Orin NX': {
    rapl: noZonesOnArm,
    amdgpu: noCard,
    hwmon: 'VDD_IN, VDD_CPU_GPU_CV, VDD_SOC',
    total: ['VDD_IN'],
  },
  'Jetson AGX Orin': {
    rapl: noZonesOnArm,
    amdgpu: noCard,
    hwmon: 'VDD_GPU_SOC, VDD_CPU_CV, VIN_SYS_5V0, VDDQ_VDD2_1V8AO',
    total: ['VDDQ_VDD2_1V8AO', 'VDD_CPU_CV', 'VDD_GPU_SOC', 'VIN_SYS_5V0'],
  },
  'server with an ACPI power meter': {
    rapl: 'cpu0, dram0',
    amdgpu: noCard,
    hwmon: 'chassis',
    total: ['chassis'],
  },
  'server that hides its counters from users': {
    rapl: [
      'cpu0, dram0: no permission to read it',
      'sudo chmod a+r /sys/class/powercap/intel-rapl*:*/*energy*_uj',
    ],
    amdgpu: noCard,
    hwmon: noChips,
    total: [],
  },
  'AMD desktop without the RAPL module': {
    rapl: noZones,
    amdgpu: noCard,
    hwmon: none('nvme, k10temp'),
    total: [],
  },
  'virtual machine': {
    rapl: ['this is a virtual machine and its host passes no energy counters on', null],
    amdgpu: noCard,
    hwmon: noChips,
    total: [],
  },
  'container without /sys': {
    rapl: noSysfs,
    amdgpu: noSysfs,
    hwmon: noSysfs,
    total: [],
  },
}

const hosts: readonly [string, SensorHost, Expected][] = Object.entries(sensorHosts).flatMap(
  ([name, host]) => {
    const expected = Object.entries(table).find(([other]) => other === name)?.[1]
    return expected === undefined ? [] : [[name, host, expected]]
  },
)

for (const [name, host, expected] of hosts) {
  test(`doctor on a ${name} says what can be read, why not, and what to type`, async (t) => {
    const ctx = await contextOn(t, host)
    for (const key of ['rapl', 'amdgpu', 'hwmon'] as const) {
      const found = await asOrdinaryUser(() => sources[key].probe(ctx))
      assert.deepEqual(
        found.status === 'available' ? found.detail : [found.reason, found.fix],
        expected[key],
        key,
      )
    }
  })

  test(`everything that a ${name} can read adds up to each joule once`, async (t) => {
    const ctx = await contextOn(t, host)
    const domains = []
    for (const key of ['rapl', 'amdgpu', 'hwmon'] as const) {
      if (typeof expected[key] !== 'string') continue
      await using meter = await sources[key].open({}, ctx)
      domains.push(...meter.domains)
    }
    const counted = countedDomains(domains).map(({ id }) => id)
    assert.deepEqual(counted, expected.total)
  })
}

async function contextOn(t: TestContext, { files, locked }: SensorHost) {
  const root = await makeFileTree(t, files)
  chmodSync(root, 0o755)
  for (const path of locked) chmodSync(join(root, path), 0o400)
  return { clock: heldClock(), env: {}, root }
}
