/** The section `ollama:` of a study file. */

import { z } from 'zod'
import { commonOptions } from '../server/commonOptions.ts'

const count = z.int().min(1).optional()

export const ollamaOptions = z.strictObject({
  context_length: count.describe(
    'tokens one sequence can hold; absent: the least that fits max_input_tokens and max_output_tokens',
  ),
  num_parallel: count.describe(
    'requests computed at a time; more wait. Absent: as many as load has in flight',
  ),
  gpu_layers: z
    .int()
    .min(0)
    .optional()
    .describe('layers held on the GPU (num_gpu); absent: as many as fit'),
  threads: count.describe('CPU threads (num_thread); absent: Ollama chooses'),
  batch_size: count.describe('most tokens computed in one pass (num_batch)'),
  flash_attention: z.boolean().optional().describe('fused attention; absent: Ollama chooses'),
  kv_cache_type: z
    .enum(['f16', 'q8_0', 'q4_0'])
    .optional()
    .describe('tensor type of the cache; a quantized one needs flash attention'),
  sched_spread: z
    .boolean()
    .default(false)
    .describe('spread the model over all GPUs, even when one would do'),
  environment: z
    .record(
      z.string().regex(/^OLLAMA_\w+$/, { error: 'expected a name that begins with OLLAMA_' }),
      z.string(),
    )
    .default({})
    .describe('more variables of its server, for what has no key here'),
  ...commonOptions,
})
export type OllamaOptions = z.output<typeof ollamaOptions>
