import { test } from 'node:test'
import { commandsText } from '../../../testing/commandsText.ts'
import { assertGolden } from '../../../testing/golden.ts'
import { tgiCommand, tgiOptions } from './tgiCommand.ts'

test('the command lines of tgi are these', () => {
  const text = commandsText({
    program: 'text-generation-launcher',
    options: tgiOptions,
    command: (config, options, place) => tgiCommand(config, options, { ...place, inFlight: 200 }),
    cases: [
      { about: 'the least', config: {}, options: {} },
      {
        about: 'a real model, quantized while it loads',
        config: { model: 'hf:org/model', precision: 'fp8' },
        options: { num_shard: 2, cuda_graphs: [] },
      },
      {
        about: 'everything',
        config: { model: './model', precision: 'bf16' },
        options: {
          num_shard: 4,
          quantize: 'awq',
          kv_cache_dtype: 'fp8_e5m2',
          max_concurrent_requests: 512,
          max_input_tokens: 1024,
          max_total_tokens: 2048,
          max_batch_prefill_tokens: 4096,
          max_batch_total_tokens: 65_536,
          max_batch_size: 64,
          waiting_served_ratio: 1.2,
          max_waiting_tokens: 10,
          cuda_graphs: [1, 2, 4],
          cuda_memory_fraction: 0.9,
          attention: 'flashinfer',
          speculate: 3,
          prefix_caching: true,
          trust_remote_code: true,
          extra_args: ['--disable-custom-kernels'],
        },
      },
    ],
  })
  assertGolden('src/backends/golden/tgi-commands.txt', text)
})
