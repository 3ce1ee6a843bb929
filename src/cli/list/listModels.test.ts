import assert from 'node:assert/strict'
import { test } from 'node:test'
import { planSynthetic } from '../../backends/shared/models/planSynthetic.ts'
import { paintFor } from '../../report/paint.ts'
import { listModels, renderModels } from './listModels.ts'

test('the sizes in the list are those that are written', () => {
  const tiny = listModels().find(({ name }) => name === 'synthetic/tiny')
  assert.ok(tiny !== undefined)
  for (const precision of ['fp16', 'q8_0', 'q4_0'] as const) {
    const { facts } = planSynthetic('synthetic/tiny', precision)
    assert.equal(tiny.weightBytes[precision], facts.weightBytes)
    assert.equal(tiny.parameterCount, facts.parameterCount)
  }
})

test('a model is a row of name, family, parameters and sizes', () => {
  const models = listModels().filter(({ name }) => name === 'synthetic/smollm2-135m')
  const lines = renderModels(models, { width: 80, paint: paintFor(false) }).split('\n')
  assert.deepEqual(lines.slice(0, 2), [
    'model                        family parameters       fp16       q8_0       q4_0',
    'synthetic/smollm2-135m        llama      135 M  256.6 MiB  136.4 MiB   72.3 MiB',
  ])
})
