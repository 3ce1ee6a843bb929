/** The section `llama-server:` of a study file. */

import { z } from 'zod'
import { commonOptions } from '../server/commonOptions.ts'

const count = z.int().min(1).optional()
const cacheType = z
  .enum(['f32', 'f16', 'bf16', 'q8_0', 'q5_1', 'q5_0', 'q4_1', 'q4_0', 'iq4_nl'])
  .default('f16')

const speculative = z
  .strictObject({
    type: z
      .enum([
        'draft-simple',
        'draft-eagle3',
        'draft-mtp',
        'draft-dflash',
        'draft-dspark',
        'ngram-simple',
        'ngram-map-k',
        'ngram-map-k4v',
        'ngram-mod',
        'ngram-cache',
      ])
      .describe('how the tokens are guessed'),
    model: z.string().min(1).optional().describe('draft model: the path of a .gguf file'),
    max_tokens: count.describe('most tokens guessed at a time'),
  })
  .optional()

export const llamaServerOptions = z.strictObject({
  threads: count.describe(
    'CPU threads; absent: the physical cores this process may use, by affinity and quota',
  ),
  gpu_layers: z
    .union([z.literal('all'), z.int().min(0)])
    .default('all')
    .describe('layers held on the GPU; no effect without one'),
  context_size: count.describe(
    'tokens one sequence can hold, rounded up to a multiple of 256; absent: the least that fits max_input_tokens and max_output_tokens',
  ),
  parallel: count.describe('sequences computed at a time; absent: as many as load has in flight'),
  batch_size: z.int().min(1).default(2048).describe('most tokens handed to one pass'),
  ubatch_size: z.int().min(1).default(512).describe('most tokens computed at once'),
  flash_attention: z
    .union([z.literal('auto'), z.boolean()])
    .default('auto')
    .describe('fused attention; auto: where it is supported for this model'),
  cache_type_k: cacheType.describe('tensor type of the keys in the cache'),
  cache_type_v: cacheType.describe(
    'tensor type of the values in the cache; a quantized one needs flash attention',
  ),
  continuous_batching: z
    .boolean()
    .default(true)
    .describe('requests join and leave a batch while it runs'),
  prefix_caching: z
    .boolean()
    .default(false)
    .describe(
      'what a prompt has in common with the one before is not computed again; llama-server itself has it on',
    ),
  split_mode: z
    .enum(['none', 'layer', 'row', 'tensor'])
    .optional()
    .describe('how the model is split over several GPUs'),
  tensor_split: z
    .array(z.number().min(0))
    .min(1)
    .optional()
    .describe('share of the model on each GPU'),
  speculative: speculative.describe('speculative decoding'),
  ...commonOptions,
})
export type LlamaServerOptions = z.output<typeof llamaServerOptions>
