import assert from 'node:assert/strict'
import { chmodSync, renameSync, rmSync, unlinkSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { containerPaths } from '../core/containerPaths.ts'
import { asOrdinaryUser } from '../testing/asOrdinaryUser.ts'
import { makeFileTree } from '../testing/fixtures/fileTree.ts'
import {
  makeRaplTree,
  type RaplNames,
  type RaplTreeOptions,
  raplRangeUj,
} from '../testing/fixtures/raplTree.ts'
import { virtualClock } from '../testing/virtualClock.ts'
import { source } from './rapl.ts'

const oneSocket = {
  'intel-rapl:0': 'package-0',
  'intel-rapl:0:0': 'core',
  'intel-rapl:0:1': 'uncore',
  'intel-rapl:0:2': 'dram',
}
const swappedSockets = {
  'intel-rapl:0': 'package-1',
  'intel-rapl:0:0': 'dram',
  'intel-rapl:1': 'package-0',
  'intel-rapl:1:0': 'dram',
}
const laptop = {
  ...oneSocket,
  'intel-rapl:1': 'psys',
  'intel-rapl-mmio:0': 'package-0',
}

async function openOn(t: TestContext, names: RaplNames, options: RaplTreeOptions = {}) {
  const tree = await makeRaplTree(t, names, options)
  const ctx = { clock: virtualClock(), env: {}, root: tree.root }
  const meter = await source.open({}, ctx)
  t.after(() => meter[Symbol.asyncDispose]())
  return { tree, ctx, meter }
}

async function domainsOf(t: TestContext, names: RaplNames, options: RaplTreeOptions = {}) {
  const { meter } = await openOn(t, names, options)
  return meter.domains.map(({ id, scope, contains }) => [id, scope, contains])
}

test('one socket has its package with cores and uncore inside, and DRAM beside', async (t) => {
  assert.deepEqual(await domainsOf(t, oneSocket), [
    ['cpu0', 'package', ['cores0', 'uncore0']],
    ['cores0', 'core', []],
    ['uncore0', 'uncore', []],
    ['dram0', 'dram', []],
  ])
})

test('a socket is known by the name of its zone, not by the number of its folder', async (t) => {
  const { meter, tree } = await openOn(t, swappedSockets)
  tree.setEnergy('intel-rapl:0', 1_500_000)
  tree.setEnergy('intel-rapl:0:0', 2_000_000)
  tree.setEnergy('intel-rapl:1', 3_000_000)
  assert.deepEqual(
    meter.read().map(({ domain, joules }) => [domain, joules]),
    [
      ['cpu0', 3],
      ['cpu1', 1.5],
      ['dram0', 0],
      ['dram1', 2],
    ],
  )
})

test('the platform contains the packages and their DRAM, and the MMIO copy of a package is left out', async (t) => {
  const { meter } = await openOn(t, laptop)
  assert.deepEqual(
    meter.domains.map(({ id, contains }) => [id, contains]),
    [
      ['psys', ['cpu0', 'cores0', 'uncore0', 'dram0']],
      ['cpu0', ['cores0', 'uncore0']],
      ['cores0', []],
      ['uncore0', []],
      ['dram0', []],
    ],
  )
  assert.match(meter.domains[1]?.sensor ?? '', /\/intel-rapl:0\/energy_uj$/)
})

test('a package that only the MMIO interface has is read there', async (t) => {
  assert.deepEqual(await domainsOf(t, { 'intel-rapl-mmio:0': 'package-0' }), [
    ['cpu0', 'package', []],
  ])
})

test('two platform domains contain the package of their own socket', async (t) => {
  const names = {
    'intel-rapl:0': 'package-0',
    'intel-rapl:1': 'psys',
    'intel-rapl:2': 'package-1',
    'intel-rapl:3': 'psys-1',
  }
  assert.deepEqual((await domainsOf(t, names)).slice(0, 2), [
    ['psys', 'system', ['cpu0']],
    ['psys-1', 'system', ['cpu1']],
  ])
})

test('an AMD package has its cores inside', async (t) => {
  const names = { 'intel-rapl:0': 'package-0', 'intel-rapl:0:0': 'core' }
  assert.deepEqual(await domainsOf(t, names, { vendor: 'AuthenticAMD' }), [
    ['cpu0', 'package', ['cores0']],
    ['cores0', 'core', []],
  ])
})

test('a Hygon package of several dies is counted once, as on AMD', async (t) => {
  const names = { 'intel-rapl:0': 'package-0-die-0', 'intel-rapl:1': 'package-0-die-1' }
  assert.equal((await domainsOf(t, names, { vendor: 'HygonGenuine' })).length, 1)
})

test('dies are counted each on Intel and once on AMD, where each repeats the package', async (t) => {
  const names = { 'intel-rapl:0': 'package-0-die-0', 'intel-rapl:1': 'package-0-die-1' }
  assert.deepEqual(await domainsOf(t, names), [
    ['cpu0-die0', 'package', []],
    ['cpu0-die1', 'package', []],
  ])
  assert.deepEqual(await domainsOf(t, names, { vendor: 'AuthenticAMD' }), [
    ['cpu0-die0', 'package', []],
  ])
})

test('the tree is found without the class, as where it alone was mounted into a container', async (t) => {
  assert.equal((await domainsOf(t, laptop, { hasClass: false })).length, 5)
})

test('in a container that masks the tree, it is read where the docker runner mounted it', async (t) => {
  const { root } = await makeRaplTree(t, laptop)
  renameSync(join(root, 'sys/devices/virtual/powercap'), join(root, containerPaths.powercap))
  const meter = await source.open({}, { clock: virtualClock(), env: {}, root })
  t.after(() => meter[Symbol.asyncDispose]())
  assert.equal(meter.domains.length, 5)
})

test('the counter is raw microjoules in joules, and its range is where it wraps', async (t) => {
  const { meter, tree } = await openOn(t, oneSocket)
  tree.setEnergy('intel-rapl:0', raplRangeUj - 1_000_000)
  const before = meter.read()[0]?.joules
  tree.setEnergy('intel-rapl:0', 2_000_000)
  const after = meter.read()[0]?.joules
  const wrapsAtJ = meter.domains[0]?.wrapsAtJ
  assert.equal(wrapsAtJ, raplRangeUj / 1e6)
  assert.equal(after, 2)
  assert.ok(Math.abs((after ?? 0) - (before ?? 0) + (wrapsAtJ ?? 0) - 3) < 1e-6)
})

test('a reading that fails is null and the others go on', async (t) => {
  const { meter, tree } = await openOn(t, oneSocket)
  tree.setEnergy('intel-rapl:0:2', '')
  assert.deepEqual(
    meter.read().map(({ joules }) => joules),
    [0, 0, 0, null],
  )
})

test('counters for root alone are unavailable, with the command that opens them', async (t) => {
  const tree = await makeRaplTree(t, oneSocket)
  chmodSync(tree.root, 0o755)
  for (const zone of Object.keys(oneSocket)) chmodSync(tree.file(zone, 'energy_uj'), 0o400)
  const found = await asOrdinaryUser(() =>
    source.probe({ clock: virtualClock(), env: {}, root: tree.root }),
  )
  assert.deepEqual(found, {
    status: 'unavailable',
    reason: 'cpu0, cores0, uncore0, dram0: no permission to read it',
    fix: 'sudo chmod a+r /sys/class/powercap/intel-rapl*:*/*energy*_uj',
  })
})

test('the one zone that cannot be read is unknown, with its cause', async (t) => {
  const tree = await makeRaplTree(t, oneSocket)
  chmodSync(tree.root, 0o755)
  chmodSync(tree.file('intel-rapl:0:2', 'energy_uj'), 0o400)
  const ctx = { clock: virtualClock(), env: {}, root: tree.root }
  await using meter = await asOrdinaryUser(() => source.open({}, ctx))
  assert.deepEqual(
    meter.read().map(({ joules }) => joules),
    [0, 0, 0, null],
  )
  assert.deepEqual(
    meter.warnings?.().map(({ code, data }) => [code, data]),
    [['ENERGY_UNKNOWN', { domain: 'dram0', cause: 'no permission to read it' }]],
  )
})

test('a counter without a readable range does not claim to wrap', async (t) => {
  const tree = await makeRaplTree(t, oneSocket)
  unlinkSync(tree.file('intel-rapl:0', 'max_energy_range_uj'))
  await using meter = await source.open({}, { clock: virtualClock(), env: {}, root: tree.root })
  assert.equal(meter.domains[0]?.wrapsAtJ, null)
})

test('a zone that is gone before it is opened is no crash', async (t) => {
  const tree = await makeRaplTree(t, oneSocket)
  rmSync(tree.file('intel-rapl:0', 'energy_uj'))
  const found = await source.probe({ clock: virtualClock(), env: {}, root: tree.root })
  assert.equal(found.status, 'available')
})

test('a container that masks the tree is told how to be started', async (t) => {
  const tree = await makeRaplTree(t, laptop, { hasFolders: false })
  const found = await source.probe({ clock: virtualClock(), env: {}, root: tree.root })
  assert.ok(found.status === 'unavailable')
  assert.match(found.reason, /container/)
  assert.match(found.fix ?? '', /systempaths=unconfined/)
})

test('a machine without zones says whether a module or a hypervisor is missing them', async (t) => {
  const reasonOn = async (cpuinfo: string) => {
    const root = await makeFileTree(t, { 'proc/cpuinfo': cpuinfo, 'sys/class/net/lo': '' })
    const found = await source.probe({ clock: virtualClock(), env: {}, root })
    return found.status === 'unavailable' ? [found.reason, found.fix] : found
  }
  assert.deepEqual(await reasonOn('vendor_id\t: AuthenticAMD\nflags\t\t: fpu\n'), [
    'the kernel offers no powercap zones',
    'sudo modprobe intel_rapl_msr',
  ])
  assert.deepEqual(await reasonOn('vendor_id\t: GenuineIntel\nflags\t\t: fpu hypervisor\n'), [
    'this is a virtual machine and its host passes no energy counters on',
    null,
  ])
  assert.deepEqual(await reasonOn('CPU implementer\t: 0x41\n'), [
    'the kernel offers no powercap zones',
    null,
  ])
})
