/**
 * The section `tensorrt:` of a study file, and the command line and configuration file it makes: checked against
 * `tensorrt_llm/commands/serve.py` and `tensorrt_llm/llmapi/llm_args.py` of TensorRT-LLM between 1.2 and 1.3 (commits
 * 00209af149e7 and fcd3f3168280), and the reference of the API of 1.3 and 1.4. Pure.
 */

import { z } from 'zod'
import type { ExperimentConfig } from '../../../config/experimentConfig.ts'
import type { Json } from '../../../core/json.ts'
import { commonOptions } from '../server/commonOptions.ts'
import { flagsOf } from '../server/flagsOf.ts'
import { torchDtype } from '../server/hubModel.ts'
import type { ServerPlace } from '../server/serverEngine.ts'

const count = z.int().min(1).optional()

const speculative = z
  .strictObject({
    decoding_type: z
      .enum(['NGram', 'Eagle', 'MTP', 'Draft_Target'])
      .describe('how the tokens are guessed'),
    max_draft_len: count.describe('most tokens guessed at a time; absent with MTP: one'),
    speculative_model_dir: z.string().min(1).optional().describe('draft model: a directory'),
  })
  .optional()

/** Absent is TensorRT-LLM's default, but for prefix caching. */
export const tensorrtOptions = z.strictObject({
  backend: z
    .enum(['pytorch', 'tensorrt', '_autodeploy'])
    .default('pytorch')
    .describe(
      'pytorch: the model as PyTorch runs it; tensorrt: compiled to an engine when it loads, which takes minutes',
    ),
  tensor_parallel_size: z.int().min(1).default(1).describe('GPUs that each layer is split over'),
  pipeline_parallel_size: z
    .int()
    .min(1)
    .default(1)
    .describe('groups of GPUs that hold consecutive layers'),
  moe_expert_parallel_size: count.describe('GPUs that the experts of a layer are shared out over'),
  max_batch_size: count.describe('most requests computed in one step; more wait'),
  max_num_tokens: count.describe('most tokens computed in one step'),
  max_seq_len: count.describe('longest sequence, prompt and answer; absent: what the model can'),
  free_gpu_memory_fraction: z
    .number()
    .gt(0)
    .max(1)
    .default(0.9)
    .describe('share of the GPU memory left by the weights that the KV cache takes'),
  kv_cache_max_tokens: count.describe(
    'most tokens in the KV cache; the less of this and the share of the memory counts',
  ),
  kv_cache_dtype: z
    .enum(['auto', 'fp8', 'nvfp4'])
    .default('auto')
    .describe('type of the numbers in the KV cache (pytorch)'),
  host_cache_size: z
    .int()
    .min(0)
    .optional()
    .describe('bytes of host memory for parts of the KV cache that do not fit'),
  tokens_per_block: count.describe('tokens in one block of the KV cache'),
  prefix_caching: z
    .boolean()
    .default(false)
    .describe(
      'block reuse: what prompts begin with in common is computed once; TensorRT-LLM itself has it on',
    ),
  enable_chunked_prefill: z
    .boolean()
    .default(false)
    .describe('long prompts are computed in parts, beside other requests'),
  capacity_scheduler_policy: z
    .enum(['GUARANTEED_NO_EVICT', 'MAX_UTILIZATION', 'STATIC_BATCH'])
    .default('GUARANTEED_NO_EVICT')
    .describe('which requests are taken up'),
  cuda_graphs: z
    .boolean()
    .default(true)
    .describe('replay captured steps; false: launch every kernel by itself (pytorch)'),
  attn_backend: z
    .enum(['TRTLLM', 'FLASHINFER', 'VANILLA'])
    .optional()
    .describe('attention implementation (pytorch)'),
  speculative: speculative.describe('speculative decoding'),
  trust_remote_code: z
    .boolean()
    .default(false)
    .describe('run program code that comes with the model'),
  config: z
    .record(z.string(), z.json())
    .default({})
    .describe('more keys of the configuration file of trtllm-serve (LlmArgs); they win over ours'),
  ...commonOptions,
})
export type TensorrtOptions = z.output<typeof tensorrtOptions>

/** Its configuration file, in the run directory. */
export const configFile = 'trtllm-serve.yaml'

const flags = {
  backend: '--backend',
  tensor_parallel_size: '--tensor_parallel_size',
  pipeline_parallel_size: '--pipeline_parallel_size',
  moe_expert_parallel_size: '--moe_expert_parallel_size',
  max_batch_size: '--max_batch_size',
  max_num_tokens: '--max_num_tokens',
  max_seq_len: '--max_seq_len',
  enable_chunked_prefill: { on: '--enable_chunked_prefill', off: null },
  trust_remote_code: { on: '--trust_remote_code', off: null },
} as const

export function tensorrtCommand(
  _config: ExperimentConfig,
  chosen: TensorrtOptions,
  { model, port, runDir }: ServerPlace,
): string[] {
  return [
    model.path,
    ...['--host', '127.0.0.1', '--port', String(port)],
    ...['--extra_llm_api_options', `${runDir}/${configFile}`],
    ...flagsOf(chosen, flags),
    ...chosen.extra_args,
  ]
}

/** What has no flag. JSON is YAML too. */
export function tensorrtConfig(
  { precision, model }: ExperimentConfig,
  chosen: TensorrtOptions,
): string {
  const { speculative: guess } = chosen
  const isPytorch = chosen.backend === 'pytorch'
  const kvCache: Record<string, Json> = {
    enable_block_reuse: chosen.prefix_caching,
    free_gpu_memory_fraction: chosen.free_gpu_memory_fraction,
    dtype: chosen.kv_cache_dtype,
    ...present('max_tokens', chosen.kv_cache_max_tokens),
    ...present('host_cache_size', chosen.host_cache_size),
    ...present('tokens_per_block', chosen.tokens_per_block),
  }
  const file: Record<string, Json> = {
    dtype: torchDtype(precision) ?? 'auto',
    kv_cache_config: kvCache,
    scheduler_config: { capacity_scheduler_policy: chosen.capacity_scheduler_policy },
    ...(isPytorch ? { enable_iter_perf_stats: true } : {}),
    ...(isPytorch && model.startsWith('synthetic/') ? { load_format: 'dummy' } : {}),
    ...(isPytorch && !chosen.cuda_graphs ? { cuda_graph_config: null } : {}),
    ...present('attn_backend', chosen.attn_backend),
    ...(guess === undefined ? {} : { speculative_config: speculativeConfig(guess) }),
    ...chosen.config,
  }
  return `${JSON.stringify(file, null, 2)}\n`
}

/** MTP takes its number of guesses under a name of its own, and overwrites the one that all others read. */
function speculativeConfig({
  max_draft_len,
  ...guess
}: NonNullable<TensorrtOptions['speculative']>): Record<string, Json> {
  const key = guess.decoding_type === 'MTP' ? 'num_nextn_predict_layers' : 'max_draft_len'
  return withoutAbsent({ ...guess, [key]: max_draft_len })
}

const present = (key: string, value: Json | undefined): Record<string, Json> =>
  value === undefined ? {} : { [key]: value }

const withoutAbsent = (values: Readonly<Record<string, Json | undefined>>): Record<string, Json> =>
  Object.assign({}, ...Object.entries(values).map(([key, value]) => present(key, value)))
