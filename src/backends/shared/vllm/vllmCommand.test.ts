import { test } from 'node:test'
import { commandsText } from '../../../testing/commandsText.ts'
import { assertGolden } from '../../../testing/golden.ts'
import { vllmCommand } from './vllmCommand.ts'
import { vllmOptions } from './vllmOptions.ts'

test('the command lines of vllm are these', () => {
  const text = commandsText({
    program: 'vllm',
    options: vllmOptions,
    command: vllmCommand,
    cases: [
      { about: 'the least', config: {}, options: {} },
      {
        about: 'a real model, quantized while it loads',
        config: { model: 'hf:org/model', precision: 'fp8' },
        options: { tensor_parallel_size: 2, gpu_memory_utilization: 0.85, kv_cache_dtype: 'fp8' },
      },
      {
        about: 'everything',
        config: { model: './model', precision: 'bf16', random_seed: 7 },
        options: {
          tensor_parallel_size: 4,
          pipeline_parallel_size: 2,
          data_parallel_size: 1,
          kv_cache_memory_bytes: 8_000_000_000,
          max_model_len: 4096,
          max_num_seqs: 128,
          max_num_batched_tokens: 8192,
          kv_cache_dtype: 'auto',
          block_size: 16,
          quantization: 'awq',
          enable_chunked_prefill: true,
          enable_prefix_caching: true,
          enforce_eager: false,
          compilation_config: { cudagraph_mode: 'FULL' },
          attention_backend: 'FLASHINFER',
          scheduling_policy: 'priority',
          async_scheduling: false,
          speculative_config: { method: 'ngram', num_speculative_tokens: 4, prompt_lookup_max: 4 },
          cpu_offload_gb: 2.5,
          distributed_executor_backend: 'mp',
          trust_remote_code: true,
          extra_args: ['--max-logprobs', '5'],
        },
      },
    ],
  })
  assertGolden('src/backends/golden/vllm-commands.txt', text)
})
