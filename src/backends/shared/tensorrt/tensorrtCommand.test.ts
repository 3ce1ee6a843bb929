import { test } from 'node:test'
import { z } from 'zod'
import { experimentFields } from '../../../config/experimentConfig.ts'
import { commandsText } from '../../../testing/commandsText.ts'
import { assertGolden } from '../../../testing/golden.ts'
import { tensorrtCommand, tensorrtConfig, tensorrtOptions } from './tensorrtCommand.ts'

const everything = {
  backend: 'pytorch',
  tensor_parallel_size: 4,
  pipeline_parallel_size: 2,
  moe_expert_parallel_size: 2,
  max_batch_size: 64,
  max_num_tokens: 8192,
  max_seq_len: 4096,
  free_gpu_memory_fraction: 0.8,
  kv_cache_max_tokens: 100_000,
  kv_cache_dtype: 'fp8',
  host_cache_size: 1_000_000_000,
  tokens_per_block: 64,
  prefix_caching: true,
  enable_chunked_prefill: true,
  capacity_scheduler_policy: 'MAX_UTILIZATION',
  cuda_graphs: false,
  attn_backend: 'FLASHINFER',
  speculative: { decoding_type: 'Eagle', max_draft_len: 4, speculative_model_dir: './draft' },
  trust_remote_code: true,
  config: { stream_interval: 1 },
  extra_args: ['--num_postprocess_workers', '4'],
}

test('the command lines of tensorrt are these', () => {
  const text = commandsText({
    program: 'trtllm-serve',
    options: tensorrtOptions,
    command: tensorrtCommand,
    cases: [
      { about: 'the least', config: {}, options: {} },
      { about: 'everything', config: { model: './model' }, options: everything },
    ],
  })
  assertGolden('src/backends/golden/tensorrt-commands.txt', text)
})

test('the configuration files of trtllm-serve are these', () => {
  const texts = [
    { config: {}, options: {} },
    { config: { model: './model', precision: 'bf16' }, options: everything },
    { config: { model: './model' }, options: { backend: 'tensorrt' } },
    {
      config: { model: './model' },
      options: { speculative: { decoding_type: 'MTP', max_draft_len: 3 } },
    },
  ].map(({ config, options }) => {
    const parsed = z.object(experimentFields).parse({ model: 'synthetic/tiny', ...config })
    return tensorrtConfig(parsed, tensorrtOptions.parse(options))
  })
  assertGolden('src/backends/golden/tensorrt-files.txt', texts.join('\n'))
})
