/** What a person writes to describe one experiment: every key, its bounds, its default and its meaning. */

import { z } from 'zod'
import { decoderSchema } from './decoder.ts'
import { loadSchema } from './loadConfig.ts'

const positiveInteger = z.int().min(1)

/**
 * The lognormal defaults have the mean of chat prompts, 69.5 tokens (LMSYS-Chat-1M, Zheng et al. 2024, table 1), and the
 * spread of ShareGPT's: sigma 1.7 follows its quantiles 74, 348, 1484 and 3388 (P50, P80, P95, P99; Llumnix, Sun et al.
 * 2024, table 1). Within 4 to 512 tokens a median of 27 before the bounds gives that mean.
 */
const promptLengthSchema = z
  .strictObject({
    distribution: z
      .enum(['fixed', 'uniform', 'lognormal'])
      .default('lognormal')
      .describe('shape of the prompt lengths'),
    tokens: positiveInteger.default(256).describe('length of every prompt (fixed)'),
    min_tokens: positiveInteger.default(4).describe('shortest prompt (uniform, lognormal)'),
    max_tokens: positiveInteger.default(512).describe('longest prompt (uniform, lognormal)'),
    median_tokens: z
      .number()
      .min(1)
      .default(27)
      .describe('median length before the bounds, which are met by drawing again (lognormal)'),
    sigma: z
      .number()
      .min(0)
      .max(5)
      .default(1.7)
      .describe('standard deviation of the natural logarithm of the length (lognormal)'),
  })
  .refine((length) => length.min_tokens <= length.max_tokens, {
    path: ['min_tokens'],
    error: 'expected at most max_tokens',
  })

export const warmupSchema = z.strictObject({
  enabled: z.boolean().default(true).describe('run the real workload until throughput is steady'),
  min_prompts: positiveInteger
    .default(3)
    .describe('fewest warm-up requests; one batch of an engine with static batches counts as one'),
  max_prompts: positiveInteger
    .default(20)
    .describe(
      'most warm-up requests, counted alike, or two rounds of those in flight if that is more; past it, a warning',
    ),
  window_size: z
    .int()
    .min(3)
    .default(4)
    .describe('requests looked at to judge steadiness, counted alike'),
  cv_threshold: z
    .number()
    .min(0.005)
    .max(0.5)
    .default(0.05)
    .describe('steady below this coefficient of variation of throughput'),
  max_seconds: z.number().positive().default(120).describe('longest warm-up; past it, a warning'),
})

const limitMs = z.number().positive().optional()

const sloSchema = z.strictObject({
  ttft_ms: limitMs.describe('longest time to the first token, from when the request was due'),
  itl_ms: limitMs.describe('longest time per further token, mean of the request'),
  e2e_ms: limitMs.describe('longest time to the last token, from when the request was due'),
})

const baselineSchema = z.strictObject({
  enabled: z
    .boolean()
    .default(true)
    .describe('measure idle power before launch and with the model loaded'),
  duration_seconds: z.number().min(1).max(600).default(10).describe('length of each idle window'),
  strategy: z
    .enum(['fresh', 'cached', 'validated'])
    .default('fresh')
    .describe(
      'idle power before launch: measured in every run; taken from an earlier run on these devices with this image and driver; the same after a short look, which measures it anew when it drifted',
    ),
  max_age_seconds: z
    .number()
    .positive()
    .default(3600)
    .describe('an earlier idle power that is older is measured again (cached, validated)'),
})

const gpuSchema = z.strictObject({
  power_limit_watts: z
    .number()
    .positive()
    .optional()
    .describe('power limit of every board during a run; absent: as it is. Needs root'),
  lock_clocks_mhz: positiveInteger
    .optional()
    .describe('compute clock that every board is held at during a run; absent: free. Needs root'),
})

/** The core of the `energy:` section; `sourceNames` limits what may be listed. */
export function energyFields(sourceNames?: readonly string[]) {
  const source = sourceNames === undefined ? z.string() : z.enum([...sourceNames])
  return {
    sources: z
      .union([z.literal('auto'), z.array(source)])
      .default('auto')
      .describe(
        'auto: every source this machine has, measured before estimated; or a list of names; [] for none',
      ),
    sample_hz: z.number().min(0.1).max(1000).default(20).describe('readings per second'),
  }
}

/** Data sets of the hub that have a name of their own: the prompts of the AI Energy Score. */
const datasetNames = new Map([['aienergyscore', 'hf:AIEnergyScore/text_generation']])

/** Keys of one experiment that belong to no plug-in. Sections of backends and sources are added by `experimentSchema`. */
export const experimentFields = {
  model: z
    .string()
    .min(1)
    .describe(
      'synthetic/<shape>, the path of a .gguf file, hf:org/repo:quant, or what the backend understands',
    ),
  backend: z.string().default('llamacpp').describe('what generates the tokens'),
  precision: z
    .enum(['fp32', 'fp16', 'bf16', 'fp8', 'q8_0', 'q4_0'])
    .optional()
    .describe("precision of the weights; absent: the model file's own, fp16 for synthetic models"),
  n: positiveInteger.default(100).describe('number of requests measured'),
  dataset: z
    .string()
    .min(1)
    .overwrite((source) => datasetNames.get(source) ?? source)
    .default('synthetic')
    .describe(
      'where prompts come from: synthetic, the path of a .jsonl file, hf:org/name, or aienergyscore',
    ),
  dataset_order: z
    .enum(['interleaved', 'grouped', 'shuffled'])
    .default('interleaved')
    .describe(
      'order in which the prompts of a file are taken: as they stand, grouped by source, shuffled by random_seed',
    ),
  dataset_column: z
    .string()
    .min(1)
    .optional()
    .describe(
      'column of the prompt; absent: the first of prompt, text, instruction, input, question',
    ),
  prompt_length: promptLengthSchema
    .prefault({})
    .describe('lengths of synthetic prompts, in tokens; the default is fitted to chat prompts'),
  max_input_tokens: positiveInteger
    .default(512)
    .describe('longer prompts are cut to this before the measurement'),
  max_output_tokens: positiveInteger.default(128).describe('tokens generated for every request'),
  random_seed: z
    .int()
    .min(0)
    .max(2 ** 32 - 1)
    .default(42)
    .describe('seed of prompts, weights and sampling'),
  decoder: decoderSchema.prefault({}).describe('how the next token is chosen'),
  load: loadSchema.prefault({}).describe('how requests arrive'),
  slo: sloSchema.optional().describe('limits that a request must keep to count as goodput'),
  warmup: warmupSchema.prefault({}).describe('warm-up before the measurement'),
  baseline: baselineSchema.prefault({}).describe('idle power'),
  gpu: gpuSchema
    .prefault({})
    .describe('what boards are limited to; what was there before is put back after each run'),
  energy: z.object(energyFields()).prefault({}).describe('what reads the joules, and how often'),
}

const coreSchema = z.strictObject(experimentFields)

/** One experiment with every default filled in, less the sections of plug-ins. */
export type ExperimentConfig = z.output<typeof coreSchema>
/** What may be written for one experiment: defaults left out. */
export type ExperimentInput = z.input<typeof coreSchema>
