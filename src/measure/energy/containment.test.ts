import assert from 'node:assert/strict'
import { test } from 'node:test'
import { counterTrace, energyDomain } from '../../testing/powerTrace.ts'
import { type EnergyInput, summarizeEnergy } from './summarizeEnergy.ts'

const trace = { powerW: 100, endMs: 21_000, everyMs: 50 }

function input(more: Partial<EnergyInput>): EnergyInput {
  return {
    domains: [],
    readings: [],
    window: { startMs: 10_000, endMs: 20_000 },
    idle: null,
    loadedIdle: null,
    outputTokens: 500,
    requests: 20,
    ...more,
  }
}

const whole = (id: string, powerW: number) => counterTrace({ ...trace, domain: id, powerW })
const hostDomains = [
  energyDomain({ id: 'psys', scope: 'system' }),
  energyDomain({ id: 'cpu0', scope: 'package', contains: ['core0'] }),
  energyDomain({ id: 'core0', scope: 'core' }),
  energyDomain({ id: 'dram0', scope: 'dram' }),
]
const hostReadings = [
  ...whole('psys', 60),
  ...whole('cpu0', 40),
  ...whole('core0', 30),
  ...whole('dram0', 5),
]
const without = (...ids: string[]) => ({
  domains: hostDomains.filter(({ id }) => !ids.includes(id)),
  readings: hostReadings.filter(({ domain }) => !ids.includes(domain)),
})
const mute = (id: string) => ({
  domains: hostDomains,
  readings: hostReadings.filter(({ domain }) => domain !== id),
})

for (const [name, host, energyJ] of [
  ['psys, package, core and DRAM are the joules of psys', without(), 600],
  ['without psys they are those of package and DRAM', without('psys'), 450],
  ['without a package core and DRAM are all there is', without('psys', 'cpu0'), 350],
  ['a psys that is mute makes the total unknown', mute('psys'), null],
  ['a package that is mute inside psys does not', mute('cpu0'), 600],
  ['a DRAM that is mute inside psys does not', mute('dram0'), 600],
] as const) {
  test(`containment: ${name}`, () => {
    assert.equal(summarizeEnergy(input(host)).total.energyJ, energyJ)
  })
}

test('a part that shows more than its whole is a disagreement', () => {
  const readings = [...whole('psys', 30), ...whole('cpu0', 40)]
  const domains = hostDomains.filter(({ id }) => id === 'psys' || id === 'cpu0')
  const { agreements, warnings } = summarizeEnergy(input({ domains, readings }))
  assert.deepEqual(
    agreements.map(({ first, second, verdict }) => [first, second, verdict]),
    [['psys', 'cpu0', 'differ']],
  )
  assert.ok(warnings.some(({ code }) => code === 'SENSORS_DISAGREE'))
})
