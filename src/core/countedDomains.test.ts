import assert from 'node:assert/strict'
import { test } from 'node:test'
import { energyDomain } from '../testing/powerTrace.ts'
import { countedDomains } from './countedDomains.ts'
import type { EnergyDomain } from './energyDomain.ts'

const domain = (id: string, scope: EnergyDomain['scope'], more: Partial<EnergyDomain> = {}) =>
  energyDomain({ id, scope, ...more })
const cpu = [
  domain('cpu0', 'package', { contains: ['cpu0-core'] }),
  domain('cpu0-core', 'core'),
  domain('dram0', 'dram'),
]
const boards = [domain('gpu0', 'board'), domain('gpu1', 'board')]

const table: { name: string; domains: EnergyDomain[]; counted: string[] }[] = [
  { name: 'boards beside each other', domains: boards, counted: ['gpu0', 'gpu1'] },
  { name: 'a package holds its cores and not its DRAM', domains: cpu, counted: ['cpu0', 'dram0'] },
  {
    name: 'psys holds packages, cores and DRAM even if it does not say so',
    domains: [...cpu, domain('psys', 'system')],
    counted: ['psys'],
  },
  {
    name: 'psys does not hold boards',
    domains: [...cpu, ...boards, domain('psys', 'system')],
    counted: ['gpu0', 'gpu1', 'psys'],
  },
  {
    name: 'two boards and two packages with DRAM',
    domains: [...boards, ...cpu, domain('cpu1', 'package'), domain('dram1', 'dram')],
    counted: ['cpu0', 'cpu1', 'dram0', 'dram1', 'gpu0', 'gpu1'],
  },
  {
    name: 'a module holds the board of its own device',
    domains: [
      domain('module0', 'module', { deviceId: 'GPU-a' }),
      domain('gpu0', 'board', { deviceId: 'GPU-a' }),
      domain('gpu1', 'board', { deviceId: 'GPU-b' }),
    ],
    counted: ['gpu1', 'module0'],
  },
  {
    name: 'a module holds the CPU beside its device, and not another board',
    domains: [
      domain('module0', 'module', { deviceId: 'GPU-a' }),
      domain('cpu', 'package'),
      domain('gpu1', 'board', { deviceId: 'GPU-b' }),
    ],
    counted: ['gpu1', 'module0'],
  },
  {
    name: 'a module that two sources read counts once, by its counter',
    domains: [
      domain('acpi0', 'module', { deviceId: 'GPU-a', method: 'power' }),
      domain('driver0', 'module', { deviceId: 'GPU-a' }),
      domain('driver1', 'module', { deviceId: 'GPU-b' }),
    ],
    counted: ['driver0', 'driver1'],
  },
  {
    name: 'a module holds what it lists',
    domains: [
      domain('module0', 'module', { contains: ['grace0', 'gpu0'] }),
      ...boards,
      domain('grace0', 'package'),
    ],
    counted: ['gpu1', 'module0'],
  },
  {
    name: 'the wall holds everything',
    domains: [...cpu, ...boards, domain('psys', 'system'), domain('wall', 'wall')],
    counted: ['wall'],
  },
  {
    name: 'a chassis holds everything but the wall before it',
    domains: [...boards, domain('chassis', 'chassis'), domain('cpu', 'package')],
    counted: ['chassis'],
  },
  {
    name: 'the wall holds the chassis',
    domains: [domain('wall', 'wall'), domain('chassis', 'chassis')],
    counted: ['wall'],
  },
  {
    name: 'two power supplies are two walls',
    domains: [domain('wall1', 'wall'), domain('wall0', 'wall'), ...boards],
    counted: ['wall0', 'wall1'],
  },
  {
    name: 'cores alone count when no package is there',
    domains: [domain('core0', 'core')],
    counted: ['core0'],
  },
  {
    name: 'a package that is read by MSR and by MMIO counts once, with its cores and beside its DRAM',
    domains: [
      ...cpu,
      domain('cpu0-msr', 'package', { deviceId: 'socket0' }),
      domain('cpu0-mmio', 'package', { deviceId: 'socket0' }),
    ].filter(({ id }) => id !== 'cpu0'),
    counted: ['cpu0-mmio', 'dram0'],
  },
  {
    name: 'two dies of a socket are two packages: that they may mirror each other is found in their readings',
    domains: [domain('cpu0-die0', 'package'), domain('cpu0-die1', 'package')],
    counted: ['cpu0-die0', 'cpu0-die1'],
  },
  {
    name: 'a board that its driver and ACPI read counts once, by its counter, inside no other board',
    domains: [
      domain('acpi0', 'board', { deviceId: 'GPU-a', method: 'power' }),
      domain('gpu0', 'board', { deviceId: 'GPU-a' }),
      domain('gpu1', 'board', { deviceId: 'GPU-b' }),
    ],
    counted: ['gpu0', 'gpu1'],
  },
  { name: 'nothing', domains: [], counted: [] },
]

for (const { name, domains, counted } of table) {
  test(`each joule is counted once: ${name}`, () => {
    assert.deepEqual(
      countedDomains(domains).map(({ id }) => id),
      counted,
    )
    assert.deepEqual(
      countedDomains(domains.toReversed()).map(({ id }) => id),
      counted,
    )
  })
}
