/** The section `vllm:` of a study file. */

import { z } from 'zod'
import { commonOptions } from '../server/commonOptions.ts'

const count = z.int().min(1).optional()

const speculative = z
  .strictObject({
    method: z
      .enum([
        'ngram',
        'ngram_gpu',
        'suffix',
        'draft_model',
        'eagle',
        'eagle3',
        'mtp',
        'dflash',
        'dspark',
      ])
      .describe('how the tokens are guessed'),
    model: z.string().min(1).optional().describe('draft model: a directory or a name on the hub'),
    num_speculative_tokens: count.describe('tokens guessed at a time'),
    prompt_lookup_max: count.describe('longest run of tokens looked up in the prompt (ngram)'),
    prompt_lookup_min: count.describe('shortest run of tokens looked up in the prompt (ngram)'),
    draft_tensor_parallel_size: count.describe('GPUs that the draft model is split over'),
  })
  .optional()

/**
 * Names are those of vLLM's own arguments; absent is vLLM's default, but for prefix caching. Checked against
 * `vllm/engine/arg_utils.py` and `vllm/config` of vLLM 0.32.0 and 0.33.0: what both know.
 */
export const vllmOptions = z.strictObject({
  tensor_parallel_size: z.int().min(1).default(1).describe('GPUs that each layer is split over'),
  pipeline_parallel_size: z
    .int()
    .min(1)
    .default(1)
    .describe('groups of GPUs that hold consecutive layers'),
  data_parallel_size: z.int().min(1).default(1).describe('copies of the model'),
  gpu_memory_utilization: z
    .number()
    .gt(0)
    .max(1)
    .optional()
    .describe('share of the GPU memory it takes'),
  kv_cache_memory_bytes: count.describe('size of the KV cache on each GPU, instead of a share'),
  max_model_len: count.describe('longest sequence, prompt and answer; absent: what the model can'),
  max_num_seqs: count.describe('most sequences computed in one step; more requests wait'),
  max_num_batched_tokens: count.describe('most tokens computed in one step'),
  kv_cache_dtype: z
    .enum([
      'auto',
      'float16',
      'bfloat16',
      'fp8',
      'fp8_e4m3',
      'fp8_e5m2',
      'fp8_inc',
      'fp8_ds_mla',
      'fp8_per_token_head',
      'int8_per_token_head',
      'int4_per_token_head',
      'nvfp4',
      'nvfp4_4over6',
      'nvfp4_ds_mla',
      'turboquant_k8v4',
      'turboquant_4bit_nc',
      'turboquant_k3v4_nc',
      'turboquant_3bit_nc',
      'ultraquant_4bit',
    ])
    .optional()
    .describe('type of the numbers in the KV cache'),
  block_size: count.describe('tokens in one block of the KV cache'),
  quantization: z
    .string()
    .min(1)
    .optional()
    .describe(
      'how the weights are quantized (awq, gptq_marlin, fp8, ...); precision: fp8 sets fp8',
    ),
  enable_chunked_prefill: z
    .boolean()
    .optional()
    .describe('long prompts are computed in parts, beside other requests'),
  enable_prefix_caching: z
    .boolean()
    .default(false)
    .describe('what prompts begin with in common is computed once; vLLM itself has it on'),
  enforce_eager: z.boolean().optional().describe('no CUDA graphs and no compilation'),
  compilation_config: z
    .record(z.string(), z.json())
    .optional()
    .describe('settings of torch.compile and CUDA graphs, as vLLM has them'),
  attention_backend: z
    .string()
    .min(1)
    .optional()
    .describe('FLASH_ATTN, FLASHINFER, TRITON_ATTN, ...'),
  scheduling_policy: z
    .enum(['fcfs', 'priority'])
    .optional()
    .describe('order in which requests are computed'),
  async_scheduling: z.boolean().optional().describe('plan a step while the one before is computed'),
  speculative_config: speculative.describe('speculative decoding'),
  cpu_offload_gb: z
    .number()
    .min(0)
    .optional()
    .describe('GiB of weights of each GPU that are kept in host memory'),
  distributed_executor_backend: z
    .enum(['mp', 'ray', 'uni'])
    .optional()
    .describe('how several GPUs are driven'),
  trust_remote_code: z
    .boolean()
    .default(false)
    .describe('run program code that comes with the model'),
  ...commonOptions,
})
export type VllmOptions = z.output<typeof vllmOptions>
