/** What vLLM would refuse, or ignore without a word. */

import type { EngineRule } from '../server/checkRules.ts'
import { tooShort, unevenHeads } from '../server/modelRules.ts'
import type { VllmOptions } from './vllmOptions.ts'

/** Methods that look up what was written before, that find a draft model in the model, and that have none at all. */
const lookup = /^ngram(_gpu)?$/
const within = /^(mtp|dspark)$/
const modelless = /^(ngram(_gpu)?|suffix)$/

/** Read in the code of the first and the last version that each names, and of 0.32.0: what vLLM raises, or ignores without a word. */
export const vllmRules: readonly EngineRule<VllmOptions>[] = [
  {
    // vllm/config/cache.py, CacheConfig.kv_cache_memory_bytes: "ignores gpu_memory_utilization"
    holdsFor: '0.10.2 to 0.33',
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
    // vllm/config/scheduler.py, SchedulerConfig.verify_max_model_len (before 0.10.2: vllm/config.py)
    holdsFor: '0.6 to 0.33',
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
    // vllm/config/scheduler.py, SchedulerConfig.verify_max_model_len (before 0.10.2: vllm/config.py)
    holdsFor: '0.6 to 0.33',
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
    // A longer request is answered with status 400: vllm/renderers/params.py, "This model's maximum context length is".
    holdsFor: '0.6 to 0.33',
    broken: ({ max_model_len }, config) => tooShort('max_model_len', max_model_len, config),
  },
  {
    // vllm/config/model.py, ModelConfig.verify_with_parallel_config
    holdsFor: '0.6 to 0.33',
    broken: ({ tensor_parallel_size }, config) =>
      unevenHeads('tensor_parallel_size', tensor_parallel_size, config),
  },
  {
    // vllm/config/speculative.py, SpeculativeConfig.__post_init__: mtp and dspark take the weights of the model itself.
    holdsFor: '0.10 to 0.33',
    broken: ({ speculative_config: chosen }) =>
      chosen === undefined ||
      chosen.model !== undefined ||
      !/^(eagle3?|draft_model|dflash)$/.test(chosen.method)
        ? null
        : {
            key: 'speculative_config',
            message: `expected a model for the method ${chosen.method}, found none`,
            hint: 'name it with speculative_config.model, or use ngram',
          },
  },
  {
    // vllm/config/speculative.py: "num_speculative_tokens must be provided". A model that is named may have a number of its
    // own; mtp and dspark take the model itself only where the number is given.
    holdsFor: '0.10 to 0.33',
    broken: ({ speculative_config: chosen }) => {
      if (chosen === undefined || chosen.num_speculative_tokens !== undefined) return null
      const { method, model } = chosen
      if (!lookup.test(method) && !(within.test(method) && model === undefined)) return null
      return {
        key: 'speculative_config',
        message: `expected num_speculative_tokens with the method ${method}, found none`,
        hint: 'set it',
      }
    },
  },
  {
    // vllm/config/speculative.py: "prompt_lookup_min must be <= prompt_lookup_max"
    holdsFor: '0.10 to 0.33',
    broken: ({ speculative_config: chosen }) => {
      if (chosen === undefined || !lookup.test(chosen.method)) return null
      const { prompt_lookup_min: least, prompt_lookup_max: most } = chosen
      if (least === undefined || most === undefined || least <= most) return null
      return {
        key: 'speculative_config',
        message: `expected prompt_lookup_min of at most prompt_lookup_max ${most}, found ${least}`,
        hint: 'lower it',
      }
    },
  },
  {
    // vllm/config/speculative.py: "cannot be other value than 1 or target model tensor_parallel_size"
    holdsFor: '0.10 to 0.33',
    broken: ({ speculative_config: chosen, tensor_parallel_size: gpus }) => {
      if (chosen === undefined || modelless.test(chosen.method)) return null
      const split = chosen.draft_tensor_parallel_size ?? 1
      if (split === 1 || split === gpus) return null
      return {
        key: 'speculative_config',
        message: `expected draft_tensor_parallel_size 1 or tensor_parallel_size ${gpus}, found ${split}`,
        hint: 'leave it out',
      }
    },
  },
]
