import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { stringify } from 'yaml'
import { z } from 'zod'
import { arbitraryExperiment } from '../testing/arbitraryExperiment.ts'
import { sampleSections as sections } from '../testing/sampleSections.ts'
import { soleExperiment } from '../testing/soleExperiment.ts'
import { experimentFields } from './experimentConfig.ts'
import { experimentParser } from './experimentParser.ts'
import type { Experiment } from './experimentSchema.ts'
import { parseStudy } from './parseStudy.ts'

const parser = experimentParser(sections)

function parse(written: Readonly<Record<string, unknown>>): Experiment {
  const parsed = parser.parse(written)
  if (!parsed.ok)
    assert.fail(parsed.problems.map(({ path, message }) => `${path}: ${message}`).join())
  return parsed.value
}

test('defaults make every backend do the same work: greedy, exactly max_output_tokens, nothing cut by chance', () => {
  const { config } = parse({ model: 'synthetic/tiny' })
  assert.deepEqual(config.decoder, {
    temperature: 0,
    top_k: 0,
    top_p: 1,
    min_p: 0,
    repetition_penalty: 1,
    min_new_tokens: 0,
    ignore_eos: true,
  })
  assert.equal(config.backend, 'llamacpp')
  assert.ok(config.prompt_length.max_tokens <= config.max_input_tokens)
})

test('a valid study is written, read, and resolved to the same experiment again', () => {
  fc.assert(
    fc.property(arbitraryExperiment, (written) => {
      const first = parse(written)
      const text = stringify(written)
      const loaded = parseStudy({ written: text, file: 'x', overrides: [], sections })
      if (!loaded.ok) assert.fail(JSON.stringify(loaded.problems))
      const { declared, experiment } = soleExperiment(loaded.value)
      assert.deepEqual(declared, written)
      assert.deepEqual(experiment, first)
      assert.deepEqual(parse(declared), first)
      // What a worker does with the resolved configuration of its experiment file.
      assert.deepEqual(z.object(experimentFields).parse(first.config), first.config)
    }),
    { seed: 2, numRuns: 200 },
  )
})

test('presets never contaminate each other nor what was written, whatever was parsed before', () => {
  const presets = ['factual', 'standard', 'creative', 'deterministic']
  const alone = new Map(presets.map((preset) => [preset, decoderOf({ preset })]))
  fc.assert(
    fc.property(fc.array(arbitraryExperiment, { maxLength: 4 }), (before) => {
      const copies = structuredClone(before)
      before.map(parse)
      assert.deepEqual(before, copies)
      for (const [preset, decoder] of alone) assert.deepEqual(decoderOf({ preset }), decoder)
    }),
    { seed: 2, numRuns: 50 },
  )
  assert.deepEqual(decoderOf({ preset: 'factual' }), {
    ...decoderOf({}),
    preset: 'factual',
    temperature: 0.3,
  })
})

test('what is written beside a preset wins, and what is undefined counts as not written', () => {
  const { temperature, top_p, repetition_penalty } = decoderOf({
    preset: 'creative',
    temperature: 0.1,
    top_p: undefined,
  })
  assert.deepEqual([temperature, top_p, repetition_penalty], [0.1, 0.9, 1.1])
})

const decoderOf = (decoder: Record<string, unknown>) =>
  parse({ model: 'synthetic/tiny', decoder }).config.decoder

test('every key of an experiment is described', () => {
  const undescribed: string[] = []
  const look = (schema: z.core.JSONSchema.BaseSchema, path: string): void => {
    for (const [key, child] of Object.entries(schema.properties ?? {})) {
      if (typeof child !== 'object') continue
      if (child.description === undefined) undescribed.push(`${path}${key}`)
      look(child, `${path}${key}.`)
    }
  }
  look(z.toJSONSchema(z.object(experimentFields), { io: 'input' }), '')
  assert.deepEqual(undescribed, [])
})
