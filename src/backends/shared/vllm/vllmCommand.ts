/**
 * The command line of `vllm serve`: flags checked against `vllm/engine/arg_utils.py` and the `cli_args.py` of its
 * entrypoints in vLLM 0.32.0 and 0.33.0. Pure.
 */

import type { ExperimentConfig } from '../../../config/experimentConfig.ts'
import { flagsOf } from '../server/flagsOf.ts'
import { torchDtype } from '../server/hubModel.ts'
import type { ServerPlace } from '../server/serverEngine.ts'
import type { VllmOptions } from './vllmOptions.ts'

const flags = {
  tensor_parallel_size: '--tensor-parallel-size',
  pipeline_parallel_size: '--pipeline-parallel-size',
  data_parallel_size: '--data-parallel-size',
  gpu_memory_utilization: '--gpu-memory-utilization',
  kv_cache_memory_bytes: '--kv-cache-memory-bytes',
  max_model_len: '--max-model-len',
  max_num_seqs: '--max-num-seqs',
  max_num_batched_tokens: '--max-num-batched-tokens',
  kv_cache_dtype: '--kv-cache-dtype',
  block_size: '--block-size',
  quantization: '--quantization',
  enable_chunked_prefill: { on: '--enable-chunked-prefill', off: '--no-enable-chunked-prefill' },
  enable_prefix_caching: { on: '--enable-prefix-caching', off: '--no-enable-prefix-caching' },
  enforce_eager: { on: '--enforce-eager', off: '--no-enforce-eager' },
  compilation_config: '--compilation-config',
  attention_backend: '--attention-backend',
  scheduling_policy: '--scheduling-policy',
  async_scheduling: { on: '--async-scheduling', off: '--no-async-scheduling' },
  speculative_config: '--speculative-config',
  cpu_offload_gb: '--cpu-offload-gb',
  distributed_executor_backend: '--distributed-executor-backend',
  trust_remote_code: { on: '--trust-remote-code', off: null },
} as const

export function vllmCommand(
  config: ExperimentConfig,
  chosen: VllmOptions,
  place: ServerPlace,
): string[] {
  const { precision, random_seed, model } = config
  const quantization = chosen.quantization ?? (precision === 'fp8' ? 'fp8' : undefined)
  return [
    'serve',
    place.model.path,
    ...['--host', '127.0.0.1', '--port', String(place.port)],
    ...['--served-model-name', model, '--seed', String(random_seed)],
    ...(place.model.hasDummyWeights ? ['--load-format', 'dummy'] : []),
    ...['--dtype', torchDtype(precision) ?? 'auto'],
    // Its defaults are ours to set, not the model's: what a request does not say is neutral.
    ...['--generation-config', 'vllm'],
    // A line of log per request is work inside the window; cached tokens must be told to be seen.
    ...['--disable-uvicorn-access-log', '--enable-prompt-tokens-details'],
    ...flagsOf({ ...chosen, ...(quantization === undefined ? {} : { quantization }) }, flags),
    ...chosen.extra_args,
  ]
}
