import assert from 'node:assert/strict'
import { test } from 'node:test'
import { elementCount, planTensors } from './planTensors.ts'
import { shapes } from './shapes.ts'

/** Parameter counts as the safetensors index or the model card of each model states them. */
const published: Record<string, number> = {
  'smollm2-135m': 134_515_008,
  'smollm2-360m': 361_821_120,
  'smollm2-1.7b': 1_711_376_384,
  'tinyllama-1.1b': 1_100_048_384,
  'llama-3.2-1b': 1_235_814_400,
  'llama-3.2-3b': 3_212_749_824,
  'llama-3.1-8b': 8_030_261_248,
  'llama-3.1-70b': 70_553_706_496,
  'mistral-7b': 7_248_023_552,
  'qwen2.5-0.5b': 494_032_768,
  'qwen2.5-1.5b': 1_543_714_304,
  'qwen2.5-7b': 7_615_616_512,
  'qwen3-0.6b': 596_049_920,
  'qwen3-1.7b': 1_720_574_976,
  'qwen3-4b': 4_022_468_096,
  'qwen3-8b': 8_190_735_360,
}

for (const [name, expected] of Object.entries(published)) {
  test(`${name} has its published number of parameters`, () => {
    const shape = shapes[name]
    assert.ok(shape !== undefined)
    const counts = planTensors(shape).map(({ dimensions }) => elementCount(dimensions))
    assert.equal(
      counts.reduce((a, b) => a + b, 0),
      expected,
    )
  })
}

test('every matrix row of every shape is a whole number of blocks', () => {
  for (const [name, shape] of Object.entries(shapes)) {
    for (const { dimensions, content } of planTensors(shape)) {
      if (content === 'weights') assert.equal((dimensions[0] ?? 1) % 32, 0, name)
    }
  }
})
