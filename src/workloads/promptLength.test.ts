import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type ExperimentInput, experimentFields } from '../config/experimentConfig.ts'
import { seededRandom } from '../core/random.ts'
import { drawPromptLength } from './promptLength.ts'

function lengths(written: ExperimentInput['prompt_length'], count: number, most = 512): number[] {
  const config = {
    prompt_length: experimentFields.prompt_length.parse(written),
    max_input_tokens: most,
  }
  const random = seededRandom(1)
  return Array.from({ length: count }, () => drawPromptLength(config, random))
}
const meanOf = (values: readonly number[]): number =>
  values.reduce((a, b) => a + b, 0) / values.length

test('the default lengths have the mean of LMSYS-Chat-1M, 69.5 tokens', () => {
  const drawn = lengths({}, 100_000)
  assert.ok(Math.abs(meanOf(drawn) - 69.5) < 1.5, String(meanOf(drawn)))
  assert.deepEqual([Math.min(...drawn), Math.max(...drawn)], [4, 512])
})

test('uniform lengths take every value between the bounds equally often', () => {
  const drawn = lengths({ distribution: 'uniform', min_tokens: 10, max_tokens: 12 }, 30_000)
  for (const value of [10, 11, 12]) {
    const share = drawn.filter((length) => length === value).length / drawn.length
    assert.ok(Math.abs(share - 1 / 3) < 0.02, `${value}: ${share}`)
  }
})

test('fixed lengths are what was asked for, even beyond what will be cut', () => {
  assert.deepEqual(lengths({ distribution: 'fixed', tokens: 600 }, 2), [600, 600])
})

test('drawn lengths stay within max_input_tokens where the bounds allow it', () => {
  assert.ok(Math.max(...lengths({}, 1000, 32)) <= 32)
  assert.deepEqual(lengths({ distribution: 'uniform', min_tokens: 40 }, 1, 32), [40])
})

test('a distribution outside its bounds ends at the nearest one', () => {
  assert.deepEqual(lengths({ median_tokens: 9000, sigma: 0 }, 2), [512, 512])
})
