/**
 * The section `tgi:` of a study file and the command line it makes: flags and values checked against `launcher/src/main.rs`
 * of TGI 3.3. Pure.
 */

import { z } from 'zod'
import type { ExperimentConfig } from '../../../config/experimentConfig.ts'
import { commonOptions } from '../server/commonOptions.ts'
import { flagsOf } from '../server/flagsOf.ts'
import { torchDtype } from '../server/hubModel.ts'
import type { ServerPlace } from '../server/serverEngine.ts'

const count = z.int().min(1).optional()

/** Names are those of the launcher's own arguments; absent is its default, but for prefix caching. */
export const tgiOptions = z.strictObject({
  num_shard: z.int().min(1).default(1).describe('GPUs that each layer is split over'),
  quantize: z
    .enum([
      'awq',
      'compressed-tensors',
      'eetq',
      'exl2',
      'gptq',
      'marlin',
      'bitsandbytes',
      'bitsandbytes-nf4',
      'bitsandbytes-fp4',
      'fp8',
    ])
    .optional()
    .describe('how the weights are quantized; precision: fp8 sets fp8'),
  kv_cache_dtype: z
    .enum(['fp8_e4m3fn', 'fp8_e5m2'])
    .optional()
    .describe('type of the numbers in the KV cache'),
  max_concurrent_requests: count.describe(
    'most requests it holds; more are refused. Absent: as many as load has in flight, at least 128',
  ),
  max_input_tokens: count.describe('longest prompt; absent: one less than max_total_tokens'),
  max_total_tokens: count.describe(
    'longest sequence, prompt and answer; absent: what the model and the memory allow',
  ),
  max_batch_prefill_tokens: count.describe('most prompt tokens computed at once'),
  max_batch_total_tokens: count.describe(
    'most tokens of all sequences in a batch; absent: what the memory allows',
  ),
  max_batch_size: count.describe('most requests in a batch, where the hardware needs it said'),
  waiting_served_ratio: z
    .number()
    .min(0)
    .optional()
    .describe(
      'waiting requests for each running one at which a batch is interrupted for new prompts',
    ),
  max_waiting_tokens: count.describe(
    'steps after which waiting requests are taken in all the same',
  ),
  cuda_graphs: z
    .array(z.int().min(1))
    .optional()
    .describe('batch sizes to capture as CUDA graphs; []: none'),
  cuda_memory_fraction: z
    .number()
    .gt(0)
    .max(1)
    .optional()
    .describe('share of the GPU memory it takes'),
  attention: z
    .enum(['paged', 'flashdecoding', 'flashinfer'])
    .optional()
    .describe('attention implementation'),
  speculate: count.describe(
    'tokens guessed at a time, by n-grams or by the medusa heads of the model',
  ),
  prefix_caching: z
    .boolean()
    .default(false)
    .describe('what prompts begin with in common is computed once; TGI itself has it on'),
  trust_remote_code: z
    .boolean()
    .default(false)
    .describe('run program code that comes with the model'),
  ...commonOptions,
})
export type TgiOptions = z.output<typeof tgiOptions>

const flags = {
  num_shard: '--num-shard',
  quantize: '--quantize',
  kv_cache_dtype: '--kv-cache-dtype',
  max_concurrent_requests: '--max-concurrent-requests',
  max_input_tokens: '--max-input-tokens',
  max_total_tokens: '--max-total-tokens',
  max_batch_prefill_tokens: '--max-batch-prefill-tokens',
  max_batch_total_tokens: '--max-batch-total-tokens',
  max_batch_size: '--max-batch-size',
  waiting_served_ratio: '--waiting-served-ratio',
  max_waiting_tokens: '--max-waiting-tokens',
  cuda_memory_fraction: '--cuda-memory-fraction',
  speculate: '--speculate',
  trust_remote_code: { on: '--trust-remote-code', off: null },
} as const

/** `inFlight`: most requests that may be sent at a time. */
export function tgiCommand(
  { precision }: ExperimentConfig,
  chosen: TgiOptions,
  { model, port, inFlight }: ServerPlace & { inFlight: number },
): string[] {
  const dtype = torchDtype(precision)
  const quantize = chosen.quantize ?? (precision === 'fp8' ? 'fp8' : undefined)
  const filled = {
    ...chosen,
    max_concurrent_requests:
      chosen.max_concurrent_requests ?? Math.max(inFlight, defaultConcurrent),
    ...(quantize === undefined ? {} : { quantize }),
  }
  return [
    ...['--model-id', model.path],
    ...['--hostname', '127.0.0.1', '--port', String(port)],
    ...(dtype === null ? [] : ['--dtype', dtype]),
    ...['--usage-stats', 'off'],
    ...flagsOf(filled, flags),
    ...(chosen.cuda_graphs === undefined
      ? []
      : ['--cuda-graphs', chosen.cuda_graphs.join(',') || '0']),
    ...chosen.extra_args,
  ]
}

/** Of the launcher. */
const defaultConcurrent = 128
