/** The section `sglang:` of a study file. */

import { z } from 'zod'
import { commonOptions } from '../server/commonOptions.ts'

const count = z.int().min(1).optional()

const speculative = z
  .strictObject({
    algorithm: z
      .enum(['EAGLE', 'EAGLE3', 'NEXTN', 'STANDALONE', 'NGRAM', 'DFLASH', 'DSPARK'])
      .describe('how the tokens are guessed'),
    model: z.string().min(1).optional().describe('draft model: a directory or a name on the hub'),
    num_steps: count.describe('steps of the draft model at a time'),
    eagle_topk: count.describe('branches kept in each step'),
    num_draft_tokens: count.describe('tokens guessed at a time'),
  })
  .optional()

/**
 * Names are those of SGLang's own arguments; absent is SGLang's default, but for prefix caching. Checked against
 * `python/sglang/srt/arg_groups` and `server_args.py` of SGLang 0.5.23.
 */
export const sglangOptions = z.strictObject({
  tp_size: z.int().min(1).default(1).describe('GPUs that each layer is split over'),
  pp_size: z.int().min(1).default(1).describe('groups of GPUs that hold consecutive layers'),
  dp_size: z.int().min(1).default(1).describe('copies of the model'),
  mem_fraction_static: z
    .number()
    .gt(0)
    .lt(1)
    .optional()
    .describe('share of the GPU memory for weights and KV cache'),
  context_length: count.describe('longest sequence, prompt and answer; absent: what the model can'),
  max_running_requests: count.describe('most requests computed at a time; more wait'),
  max_total_tokens: count.describe('most tokens in the KV cache'),
  chunked_prefill_size: z
    .union([z.literal(-1), z.int().min(1)])
    .optional()
    .describe('most tokens of a prompt computed at once; -1: whole prompts'),
  max_prefill_tokens: count.describe('most prompt tokens in one batch'),
  kv_cache_dtype: z
    .enum(['auto', 'bf16', 'fp8_e5m2', 'fp8_e4m3', 'mxfp8', 'nvfp4', 'fp4_mx_block16'])
    .optional()
    .describe('type of the numbers in the KV cache'),
  page_size: count.describe('tokens in one page of the KV cache'),
  quantization: z
    .string()
    .min(1)
    .optional()
    .describe(
      'how the weights are quantized (awq, gptq_marlin, fp8, ...); precision: fp8 sets fp8',
    ),
  prefix_caching: z
    .boolean()
    .default(false)
    .describe(
      'radix cache: what prompts begin with in common is computed once; SGLang itself has it on',
    ),
  attention_backend: z.string().min(1).optional().describe('fa3, flashinfer, triton, ...'),
  disable_cuda_graph: z.boolean().default(false).describe('launch every kernel by itself'),
  enable_torch_compile: z.boolean().default(false).describe('compile the model with torch.compile'),
  enable_mixed_chunk: z
    .boolean()
    .default(false)
    .describe('parts of prompts and answers in one batch'),
  disable_overlap_schedule: z
    .boolean()
    .default(false)
    .describe('plan a batch only when the one before has ended'),
  schedule_policy: z
    .enum([
      'lpm',
      'random',
      'fcfs',
      'dfs-weight',
      'lof',
      'priority',
      'routing-key',
      'hrrn',
      'shortest-prefill-first',
    ])
    .optional()
    .describe('order in which requests are computed'),
  schedule_conservativeness: z
    .number()
    .min(0)
    .optional()
    .describe('above 1: fewer requests are taken up, and fewer are put back'),
  speculative: speculative.describe('speculative decoding'),
  cpu_offload_gb: z.int().min(0).optional().describe('GiB of weights that are kept in host memory'),
  trust_remote_code: z
    .boolean()
    .default(false)
    .describe('run program code that comes with the model'),
  ...commonOptions,
})
export type SglangOptions = z.output<typeof sglangOptions>
