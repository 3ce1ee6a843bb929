import assert from 'node:assert/strict'
import { test } from 'node:test'
import { z } from 'zod'
import type { EnergyDomain } from '../../core/energyDomain.ts'
import { AppError } from '../../core/errors.ts'
import type { EnergySource } from '../../energy/energySource.ts'
import { energyDomain } from '../../testing/powerTrace.ts'
import { virtualClock } from '../../testing/virtualClock.ts'
import { chooseSources } from './chooseSources.ts'

const nvml = source('nvml', 'measurement', ['board'])
const rapl = source('rapl', 'measurement', ['package', 'dram'])
const wall = source('wall', 'measurement', ['wall'])
const estimate = source('cpu-estimate', 'estimate', ['package'])
const simulated = source('simulated', 'synthetic', ['board'])
const absent = (one: EnergySource<unknown>): EnergySource<unknown> => ({
  ...one,
  probe: async () => ({ status: 'unavailable', reason: 'no such device', fix: 'plug it in' }),
})

const table: { name: string; sources: EnergySource<unknown>[]; chosen: string[] }[] = [
  { name: 'all measurements', sources: [nvml, rapl, simulated], chosen: ['nvml', 'rapl'] },
  { name: 'no estimate of what is measured', sources: [estimate, rapl], chosen: ['rapl'] },
  {
    name: 'an estimate of what is not measured',
    sources: [estimate, nvml, absent(rapl)],
    chosen: ['nvml', 'cpu-estimate'],
  },
  {
    name: 'no estimate of what a measurement contains',
    sources: [wall, estimate],
    chosen: ['wall'],
  },
  {
    name: 'an estimate where nothing measures',
    sources: [estimate, simulated],
    chosen: ['cpu-estimate'],
  },
  { name: 'nothing where there is nothing', sources: [absent(nvml), simulated], chosen: [] },
]

for (const { name, sources, chosen } of table) {
  test(`auto takes ${name}`, async () => {
    assert.deepEqual(await namesChosen('auto', sources), chosen)
  })
}

test('named sources are taken in the order they were named, each once', async () => {
  const sources = [estimate, nvml, rapl, simulated]
  const wanted = ['simulated', 'cpu-estimate', 'rapl', 'simulated']
  assert.deepEqual(await namesChosen(wanted, sources), ['simulated', 'cpu-estimate', 'rapl'])
  assert.deepEqual(await namesChosen([], sources), [])
})

test('a named source that cannot be read is refused with its reason and its fix', async () => {
  await assert.rejects(
    namesChosen(['rapl', 'nvml'], [absent(nvml), rapl]),
    (thrown) =>
      thrown instanceof AppError &&
      thrown.code === 'ENERGY_SOURCE_UNAVAILABLE' &&
      thrown.message.includes('no such device') &&
      thrown.hint === 'plug it in',
  )
})

test('a named source that does not exist is refused', async () => {
  await assert.rejects(namesChosen(['nvlm'], [nvml]), /nvlm .*no energy source of this name/)
})

test('a source whose sensor fails to open stays chosen, so that starting it says why', async () => {
  const broken = { ...rapl, open: () => Promise.reject(new Error('permission denied')) }
  assert.deepEqual(await namesChosen('auto', [broken, estimate]), ['rapl', 'cpu-estimate'])
})

test('each source gets its own options, with defaults for what is absent', async () => {
  const chosen = await choose('auto', [nvml, rapl], { rapl: { speed: 3 } })
  assert.deepEqual(chosen, [
    { name: 'nvml', options: { speed: 1 } },
    { name: 'rapl', options: { speed: 3 } },
  ])
})

test('what was opened to look at its domains is closed again', async () => {
  const events: string[] = []
  const watched = [
    source('rapl', 'measurement', ['dram'], events),
    source('x', 'estimate', ['package'], events),
  ]
  await namesChosen('auto', watched)
  assert.deepEqual(events, ['open rapl', 'close rapl', 'open x', 'close x'])
})

function source(
  name: string,
  kind: EnergySource<unknown>['kind'],
  scopes: EnergyDomain['scope'][],
  events: string[] = [],
): EnergySource<unknown> {
  return {
    name,
    kind,
    title: name,
    docs: name,
    options: z.strictObject({ speed: z.number().default(1) }),
    probe: async () => ({ status: 'available', detail: 'here' }),
    async open() {
      events.push(`open ${name}`)
      return {
        domains: scopes.map((scope) => energyDomain({ id: `${name}-${scope}`, scope })),
        readsInBackground: false,
        read: () => [],
        async [Symbol.asyncDispose]() {
          events.push(`close ${name}`)
        },
      }
    },
  }
}

function choose(
  wanted: 'auto' | string[],
  sources: EnergySource<unknown>[],
  options: Record<string, unknown> = {},
) {
  return chooseSources({
    wanted,
    options,
    sources,
    ctx: { clock: virtualClock(), env: {}, root: '/nowhere' },
  })
}

async function namesChosen(wanted: 'auto' | string[], sources: EnergySource<unknown>[]) {
  return (await choose(wanted, sources)).map(({ name }) => name)
}
