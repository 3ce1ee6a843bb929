import assert from 'node:assert/strict'
import { test } from 'node:test'
import { z } from 'zod'
import { experimentParser } from '../config/experimentParser.ts'
import { monotonicClock } from '../core/clock.ts'
import type { EnergyDomain } from '../core/energyDomain.ts'
import type { EnergySource } from '../energy/energySource.ts'
import { boardDomain, fakeMeter } from '../testing/fakeMeter.ts'
import { makeFileTree } from '../testing/fixtures/fileTree.ts'
import { planOf } from '../testing/plannedStudy.ts'
import { loadSections } from './loadSections.ts'
import { openDevices } from './openDevices.ts'

const packageDomain: EnergyDomain = { ...boardDomain, id: 'cpu0', scope: 'package', deviceId: null }
const madeUp: EnergyDomain = { ...packageDomain, isSynthetic: true }

const open = new Set<string>()

function source(
  name: string,
  kind: EnergySource<unknown>['kind'],
  domain: EnergyDomain,
  isThere = true,
): EnergySource<unknown> {
  return {
    name,
    title: name,
    docs: '',
    options: z.unknown(),
    kind,
    async probe() {
      return isThere
        ? { status: 'available', detail: '' }
        : { status: 'unavailable', reason: 'not here', fix: null }
    },
    async open() {
      open.add(name)
      const meter = fakeMeter(() => ({}), [domain])
      return { ...meter, [Symbol.asyncDispose]: async () => void open.delete(name) }
    },
  }
}

const sources = [
  source('nvml', 'measurement', boardDomain),
  source('rapl', 'measurement', packageDomain),
  source('cpu-estimate', 'estimate', packageDomain, false),
  source('simulated', 'synthetic', madeUp),
]

const root = (t: Parameters<typeof makeFileTree>[0]) =>
  makeFileTree(t, { 'etc/machine-id': '0123456789abcdef0123456789abcdef\n' })

const cases = [
  { name: 'auto is every sensor', energy: [{ sources: 'auto' }], devices: ['cpu', 'gpu-GPU-1'] },
  {
    name: 'a named source is its devices',
    energy: [{ sources: ['nvml'] }],
    devices: ['gpu-GPU-1'],
  },
  { name: 'made-up readings are of no device', energy: [{ sources: ['simulated'] }], devices: [] },
  { name: 'no source is no device', energy: [{ sources: [] }], devices: [] },
  { name: 'what is not there is no device', energy: [{ sources: ['cpu-estimate'] }], devices: [] },
  {
    name: 'experiments are taken together',
    energy: [{ sources: ['nvml'] }, { sources: ['rapl'] }, { sources: [] }],
    devices: ['cpu', 'gpu-GPU-1'],
  },
]

for (const { name, energy, devices } of cases) {
  test(`the devices of a study: ${name}`, async (t) => {
    const plan = await planOf(energy.map((one) => ({ energy: one })))
    const ctx = { clock: monotonicClock, env: {}, root: await root(t) }
    const parser = experimentParser(await loadSections())
    const found = await openDevices({ plan, parser, ctx, backends: [], sources })
    const names = found.names.map((device) => device.replace(/^cpu-[0-9a-f]{16}$/, 'cpu'))
    assert.deepEqual(names, devices)
    await found[Symbol.asyncDispose]()
    assert.equal(open.size, 0)
  })
}

test('a backend that computes nothing measures no device', async (t) => {
  const plan = await planOf([{ energy: { sources: 'auto' } }])
  const ctx = { clock: monotonicClock, env: {}, root: await root(t) }
  const parser = experimentParser(await loadSections())
  await using found = await openDevices({ plan, parser, ctx, sources })
  assert.deepEqual(found.names, [])
})
