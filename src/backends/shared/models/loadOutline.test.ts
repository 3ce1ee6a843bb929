import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { quietContext } from '../../../testing/quietContext.ts'
import { loadOutline } from './loadOutline.ts'
import { planSynthetic } from './planSynthetic.ts'
import { writeSynthetic } from './writeSynthetic.ts'

test('a synthetic model is known from its name and precision', async () => {
  const outline = await loadOutline('synthetic/smollm2-135m', 'q8_0')
  assert.deepEqual(outline, {
    weightBytes: planSynthetic('synthetic/smollm2-135m', 'q8_0').facts.weightBytes,
    layerCount: 30,
    // 3 heads of keys and of values, 64 numbers each.
    cacheWidth: 384,
    vocabularySize: 49_152,
  })
})

test('the header of a file tells what the name of its shape tells', async (t) => {
  const ctx = await quietContext(t)
  const path = join(ctx.cacheDir, 'tiny.gguf')
  const plan = planSynthetic('synthetic/tiny', 'fp16')
  await writeSynthetic({ path, plan, seed: 1, ctx })
  assert.deepEqual(await loadOutline(path, undefined), await loadOutline('synthetic/tiny', 'fp16'))
})

test('what is on the hub, what is missing and what is damaged is not known', async (t) => {
  const ctx = await quietContext(t)
  const damaged = join(ctx.cacheDir, 'damaged.gguf')
  writeFileSync(damaged, 'GGUF and nothing else')
  for (const model of ['hf:org/repo:q4_0', '/nowhere/model.gguf', damaged, 'synthetic/no-such']) {
    assert.equal(await loadOutline(model, undefined), null)
  }
})
