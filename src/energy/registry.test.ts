import assert from 'node:assert/strict'
import { test } from 'node:test'
import { energySourceContract } from '../testing/energySource.contract.ts'
import { energyWorlds } from '../testing/fixtures/energyWorlds.ts'
import { loadEnergySource, sourceNames } from './registry.gen.ts'

test('every energy source has a world for its contract tests', () => {
  assert.deepEqual(Object.keys(energyWorlds).sort(), [...sourceNames].sort())
})

for (const name of sourceNames) {
  energySourceContract({
    name,
    load: () => loadEnergySource(name),
    arrange: async (t) => (await energyWorlds[name]?.(t)) ?? null,
  })
}
