/** What vLLM would refuse, or ignore without a word. */

import type { EngineRule } from '../server/checkRules.ts'
import { tooShort, unevenHeads } from '../server/modelRules.ts'
import type { VllmOptions } from './vllmOptions.ts'

/** Hand-checked against the code of vLLM 0.32.0: what it raises, or ignores without a word. */
export const vllmRules: readonly EngineRule<VllmOptions>[] = [
  {
    // CacheConfig.kv_cache_memory_bytes: "ignores gpu_memory_utilization".
    holdsFor: '0.11 to 0.32',
    broken: ({ kv_cache_memory_bytes, gpu_memory_utilization }) =>
      kv_cache_memory_bytes === undefined || gpu_memory_utilization === undefined
        ? null
        : {
            key: 'gpu_memory_utilization',
            message: 'expected either kv_cache_memory_bytes or gpu_memory_utilization, found both',
            hint: 'the share is ignored beside a size: remove one',
          },
  },
  {
    // SchedulerConfig.verify_max_model_len
    holdsFor: '0.6 to 0.32',
    broken: ({ max_num_batched_tokens: tokens, max_num_seqs: sequences }) =>
      tokens === undefined || sequences === undefined || tokens >= sequences
        ? null
        : {
            key: 'max_num_batched_tokens',
            message: `expected at least max_num_seqs ${sequences}, found ${tokens}`,
            hint: 'raise it or lower max_num_seqs',
          },
  },
  {
    // SchedulerConfig.verify_max_model_len
    holdsFor: '0.6 to 0.32',
    broken: ({ enable_chunked_prefill, max_num_batched_tokens: tokens, max_model_len: length }) =>
      enable_chunked_prefill !== false ||
      tokens === undefined ||
      length === undefined ||
      tokens >= length
        ? null
        : {
            key: 'max_num_batched_tokens',
            message: `expected at least max_model_len ${length} without chunked prefill, found ${tokens}`,
            hint: 'raise it, or leave enable_chunked_prefill out',
          },
  },
  {
    // A longer request is answered with status 400.
    holdsFor: '0.6 to 0.32',
    broken: ({ max_model_len }, config) => tooShort('max_model_len', max_model_len, config),
  },
  {
    // ModelConfig.verify_with_parallel_config
    holdsFor: '0.6 to 0.32',
    broken: ({ tensor_parallel_size }, config) =>
      unevenHeads('tensor_parallel_size', tensor_parallel_size, config),
  },
  {
    // SpeculativeConfig.__post_init__
    holdsFor: '0.10 to 0.32',
    broken: ({ speculative_config: chosen }) =>
      chosen === undefined ||
      chosen.model !== undefined ||
      !/^(eagle3?|draft_model|medusa)$/.test(chosen.method)
        ? null
        : {
            key: 'speculative_config',
            message: `expected a model for the method ${chosen.method}, found none`,
            hint: 'name it with speculative_config.model, or use ngram',
          },
  },
]
