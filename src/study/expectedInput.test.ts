import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseStudy } from '../config/parseStudy.ts'
import { sampleSections as sections } from '../testing/sampleSections.ts'
import { expectedInputTokens } from './expectedInput.ts'

function tokensOf(fields: Readonly<Record<string, unknown>>): number {
  const written = { model: 'm', ...fields }
  const parsed = parseStudy({ written, file: 'study.yaml', overrides: [], sections })
  assert.ok(parsed.ok)
  const [candidate] = parsed.value.candidates()
  assert.ok(candidate?.parsed.ok)
  return expectedInputTokens(candidate.parsed.value.config)
}

test('the default prompts have the mean of chat prompts that they are fitted to', () => {
  assert.ok(Math.abs(tokensOf({}) - 69.5) < 2, `${tokensOf({})} tokens`)
})

test('fixed and uniform lengths have the mean that they say', () => {
  assert.equal(tokensOf({ prompt_length: { distribution: 'fixed', tokens: 100 } }), 100)
  assert.equal(
    tokensOf({ prompt_length: { distribution: 'uniform', min_tokens: 10, max_tokens: 30 } }),
    20,
  )
})

test('no prompt is longer than what it is cut to', () => {
  const long = { prompt_length: { distribution: 'fixed', tokens: 4000 } }
  assert.equal(tokensOf({ ...long, max_input_tokens: 128 }), 128)
  assert.equal(tokensOf({ dataset: 'prompts.jsonl', max_input_tokens: 300 }), 300)
})

test('lengths without spread, and bounds far from the median, are at the nearest bound', () => {
  assert.equal(tokensOf({ prompt_length: { sigma: 0, median_tokens: 50 } }), 50)
  assert.equal(tokensOf({ prompt_length: { sigma: 0, median_tokens: 9999 } }), 512)
  assert.equal(tokensOf({ prompt_length: { sigma: 0.001, median_tokens: 9999 } }), 512)
})
