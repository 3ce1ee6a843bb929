/** Random experiments that are valid for `sampleSections`, for properties of the configuration. */

import fc from 'fast-check'

// Objects as YAML and people make them: with the ordinary prototype.
const unlessDefault = { requiredKeys: [], noNullPrototype: true }

const decoder = fc.record(
  {
    preset: fc.constantFrom('deterministic', 'standard', 'creative', 'factual'),
    temperature: fc.double({ min: 0, max: 2, noNaN: true }),
    top_k: fc.nat(200),
    top_p: fc.double({ min: 0.01, max: 1, noNaN: true }),
    min_p: fc.double({ min: 0, max: 1, noNaN: true }),
    repetition_penalty: fc.double({ min: 0.1, max: 10, noNaN: true }),
    min_new_tokens: fc.nat(16),
    ignore_eos: fc.boolean(),
  },
  unlessDefault,
)

const promptLength = fc.oneof(
  fc.record(
    { distribution: fc.constant('fixed'), tokens: fc.integer({ min: 1, max: 4096 }) },
    { noNullPrototype: true },
  ),
  fc.record(
    { distribution: fc.constant('uniform'), max_tokens: fc.integer({ min: 4, max: 512 }) },
    { noNullPrototype: true },
  ),
  fc.record({ sigma: fc.double({ min: 0, max: 5, noNaN: true }) }, { noNullPrototype: true }),
)

const common = {
  precision: fc.constantFrom('fp32', 'fp16', 'q8_0'),
  n: fc.integer({ min: 1, max: 10_000 }),
  dataset: fc.constantFrom('synthetic', 'prompts.jsonl', 'hf:org/name'),
  dataset_order: fc.constantFrom('interleaved', 'grouped', 'shuffled'),
  max_input_tokens: fc.integer({ min: 1, max: 8192 }),
  max_output_tokens: fc.integer({ min: 16, max: 8192 }),
  random_seed: fc.nat(),
  prompt_length: promptLength,
  decoder,
  load: fc.record({ concurrency: fc.integer({ min: 1, max: 256 }) }, unlessDefault),
  warmup: fc.record(
    { enabled: fc.boolean(), max_prompts: fc.integer({ min: 4, max: 50 }) },
    unlessDefault,
  ),
  baseline: fc.record({ enabled: fc.boolean() }, unlessDefault),
  energy: fc.record(
    {
      sources: fc.constantFrom('auto', [], ['rapl'], ['cpu-estimate', 'rapl']),
      sample_hz: fc.integer({ min: 1, max: 1000 }),
      'cpu-estimate': fc.record({ tdp_watts: fc.integer({ min: 1, max: 400 }) }, unlessDefault),
    },
    unlessDefault,
  ),
}

/** What a person may write for one experiment: any subset of keys, of either backend. */
export const arbitraryExperiment: fc.Arbitrary<Record<string, unknown>> = fc.oneof(
  fc.record(
    {
      ...common,
      model: fc.constantFrom('synthetic/tiny', 'a b.gguf', 'hf:org/repo:q4_0'),
      llamacpp: fc.record(
        { threads: fc.integer({ min: 1, max: 64 }), layers: fc.constantFrom('all', 0, 12) },
        unlessDefault,
      ),
    },
    { requiredKeys: ['model'], noNullPrototype: true },
  ),
  fc.record(
    {
      ...common,
      model: fc.constant('anything'),
      backend: fc.constant('fake'),
      fake: fc.record({ tokens_per_second: fc.integer({ min: 1, max: 9999 }) }, unlessDefault),
    },
    { requiredKeys: ['model', 'backend'], noNullPrototype: true },
  ),
)
