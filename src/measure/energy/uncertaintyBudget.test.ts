import assert from 'node:assert/strict'
import { test } from 'node:test'
import { counterTrace, energyDomain } from '../../testing/powerTrace.ts'
import { type EnergyInput, summarizeEnergy } from './summarizeEnergy.ts'

const trace = {
  powerW: (atMs: number): number => (atMs < 10_000 ? 40 : 100),
  endMs: 21_000,
  everyMs: 50,
}

function input(more: Partial<EnergyInput>): EnergyInput {
  return {
    domains: [],
    readings: [],
    window: { startMs: 10_000, endMs: 20_000 },
    idle: { startMs: 0, endMs: 9000 },
    loadedIdle: null,
    outputTokens: 500,
    requests: 20,
    ...more,
  }
}

test('terms add in quadrature, and the gains of two domains of one board as they are', () => {
  const facts = { scope: 'board', gainUncertainty: 0.05 } as const
  const budgetOf = (deviceIds: readonly string[]) => {
    const domains = deviceIds.map((deviceId, index) =>
      energyDomain({
        ...facts,
        id: `gpu${index}`,
        deviceId,
        scope: index === 0 ? 'board' : 'dram',
      }),
    )
    const readings = domains.flatMap(({ id }) => counterTrace({ ...trace, domain: id }))
    return summarizeEnergy(input({ domains, readings })).total.uncertainty
  }
  const apart = budgetOf(['GPU-a', 'GPU-b'])
  const together = budgetOf(['GPU-a', 'GPU-a'])
  assert.ok(apart !== null && together !== null)
  assert.ok(Math.abs(apart.gainJ - Math.hypot(50, 50)) < 1e-9)
  assert.ok(Math.abs(together.gainJ - 100) < 1e-9)
  const terms = [together.boundaryJ, together.samplingJ, together.gainJ, together.resolutionJ]
  assert.ok(Math.abs(together.expandedJ - 1.96 * Math.hypot(...terms)) < 1e-9)
})

test('others on the CPU make its energy less certain, and that of a board not', () => {
  const domains = [energyDomain(), energyDomain({ id: 'cpu0', scope: 'package' })]
  const readings = [...counterTrace(trace), ...counterTrace({ ...trace, domain: 'cpu0' })]
  const { domains: found } = summarizeEnergy(input({ domains, readings, otherCpuShare: 0.5 }))
  assert.equal(found[0]?.uncertainty?.attributionJ, 0)
  // Half of the 600 J above idle, evenly between nothing and that.
  assert.ok(Math.abs((found[1]?.uncertainty?.attributionJ ?? 0) - 300 / Math.sqrt(12)) < 1e-9)
})
