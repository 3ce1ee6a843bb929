import { test } from 'node:test'
import { commandsText } from '../../../testing/commandsText.ts'
import { assertGolden } from '../../../testing/golden.ts'
import { sglangCommand } from './sglangCommand.ts'
import { sglangOptions } from './sglangOptions.ts'

test('the command lines of sglang are these', () => {
  const text = commandsText({
    program: 'sglang',
    options: sglangOptions,
    command: sglangCommand,
    cases: [
      { about: 'the least', config: {}, options: {} },
      {
        about: 'a real model, quantized while it loads',
        config: { model: 'hf:org/model', precision: 'fp8' },
        options: { tp_size: 2, mem_fraction_static: 0.85 },
      },
      {
        about: 'everything',
        config: { model: './model', precision: 'bf16', random_seed: 7 },
        options: {
          tp_size: 4,
          pp_size: 1,
          dp_size: 2,
          mem_fraction_static: 0.8,
          context_length: 4096,
          max_running_requests: 128,
          max_total_tokens: 100_000,
          chunked_prefill_size: 2048,
          max_prefill_tokens: 8192,
          kv_cache_dtype: 'fp8_e5m2',
          page_size: 16,
          quantization: 'awq',
          prefix_caching: true,
          attention_backend: 'flashinfer',
          disable_cuda_graph: true,
          enable_torch_compile: true,
          enable_mixed_chunk: false,
          disable_overlap_schedule: true,
          schedule_policy: 'lpm',
          schedule_conservativeness: 1.5,
          speculative: {
            algorithm: 'EAGLE3',
            model: './draft',
            num_steps: 3,
            eagle_topk: 4,
            num_draft_tokens: 16,
          },
          cpu_offload_gb: 2,
          trust_remote_code: true,
          extra_args: ['--watchdog-timeout', '600'],
        },
      },
    ],
  })
  assertGolden('src/backends/golden/sglang-commands.txt', text)
})
