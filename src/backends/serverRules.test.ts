import assert from 'node:assert/strict'
import { test } from 'node:test'
import { z } from 'zod'
import { experimentFields } from '../config/experimentConfig.ts'
import { describeProblem } from '../core/problem.ts'
import { loadBackend } from './registry.gen.ts'

interface Case {
  backend: string
  options: Record<string, unknown>
  config?: Record<string, unknown>
  /** What is told, less its hint. */
  told: string
}

const cases: readonly Case[] = [
  {
    backend: 'vllm',
    options: { kv_cache_memory_bytes: 1e9, gpu_memory_utilization: 0.9 },
    told: 'vllm.gpu_memory_utilization: expected either kv_cache_memory_bytes or gpu_memory_utilization, found both',
  },
  {
    backend: 'vllm',
    options: { max_num_batched_tokens: 64, max_num_seqs: 128 },
    told: 'vllm.max_num_batched_tokens: expected at least max_num_seqs 128, found 64',
  },
  {
    backend: 'vllm',
    options: { enable_chunked_prefill: false, max_num_batched_tokens: 512, max_model_len: 1024 },
    told: 'vllm.max_num_batched_tokens: expected at least max_model_len 1024 without chunked prefill, found 512',
  },
  {
    backend: 'vllm',
    options: { max_model_len: 256 },
    told: 'vllm.max_model_len: expected at least max_input_tokens + max_output_tokens = 640, found 256',
  },
  {
    backend: 'vllm',
    options: { tensor_parallel_size: 3 },
    told: 'vllm.tensor_parallel_size: expected a divisor of the 4 attention heads of synthetic/tiny, found 3',
  },
  {
    backend: 'vllm',
    options: { speculative_config: { method: 'eagle3', num_speculative_tokens: 3 } },
    told: 'vllm.speculative_config: expected a model for the method eagle3, found none',
  },
  {
    backend: 'vllm',
    options: { extra_args: ['--max-logprobs', '5', '--port=80'] },
    told: 'vllm.extra_args[2]: expected none of the arguments that are set for you, found --port',
  },
  {
    backend: 'vllm',
    options: {},
    config: { precision: 'q4_0' },
    told: 'precision: expected one of fp32, fp16, bf16, fp8, found q4_0',
  },
  {
    backend: 'vllm',
    options: { speculative_config: { method: 'ngram' } },
    told: 'vllm.speculative_config: expected num_speculative_tokens with the method ngram, found none',
  },
  {
    backend: 'vllm',
    options: { speculative_config: { method: 'mtp' } },
    told: 'vllm.speculative_config: expected num_speculative_tokens with the method mtp, found none',
  },
  {
    backend: 'vllm',
    options: { speculative_config: { method: 'dspark' } },
    told: 'vllm.speculative_config: expected num_speculative_tokens with the method dspark, found none',
  },
  {
    backend: 'vllm',
    options: {
      speculative_config: {
        method: 'ngram',
        num_speculative_tokens: 3,
        prompt_lookup_min: 5,
        prompt_lookup_max: 4,
      },
    },
    told: 'vllm.speculative_config: expected prompt_lookup_min of at most prompt_lookup_max 4, found 5',
  },
  {
    backend: 'vllm',
    options: {
      tensor_parallel_size: 4,
      speculative_config: {
        method: 'eagle3',
        model: './draft',
        num_speculative_tokens: 3,
        draft_tensor_parallel_size: 2,
      },
    },
    told: 'vllm.speculative_config: expected draft_tensor_parallel_size 1 or tensor_parallel_size 4, found 2',
  },
  {
    backend: 'sglang',
    options: { chunked_prefill_size: 100, page_size: 16 },
    told: 'sglang.chunked_prefill_size: expected a multiple of page_size 16, found 100',
  },
  {
    backend: 'sglang',
    options: { pp_size: 2, speculative: { algorithm: 'NGRAM' } },
    told: 'sglang.speculative: expected none with pp_size 2, found NGRAM',
  },
  {
    backend: 'sglang',
    options: { enable_mixed_chunk: true, speculative: { algorithm: 'NGRAM' } },
    told: 'sglang.enable_mixed_chunk: expected false with NGRAM, found true',
  },
  {
    backend: 'sglang',
    options: { speculative: { algorithm: 'EAGLE3' } },
    told: 'sglang.speculative: expected a model for EAGLE3, found none',
  },
  {
    backend: 'tgi',
    options: { max_input_tokens: 1024, max_total_tokens: 1024 },
    told: 'tgi.max_input_tokens: expected less than max_total_tokens 1024, found 1024',
  },
  {
    backend: 'tgi',
    options: { max_batch_total_tokens: 512, max_total_tokens: 1024 },
    told: 'tgi.max_batch_total_tokens: expected at least max_total_tokens 1024, found 512',
  },
  {
    backend: 'tgi',
    options: { quantize: 'awq' },
    config: { precision: 'bf16' },
    told: 'tgi.quantize: expected none with precision: bf16, found awq',
  },
  {
    backend: 'tgi',
    options: { max_concurrent_requests: 4 },
    config: { load: { concurrency: 8 } },
    told: 'tgi.max_concurrent_requests: expected at least the 8 requests that load has in flight, found 4',
  },
  {
    backend: 'tgi',
    options: { quantize: 'exl2', num_shard: 2 },
    told: 'tgi.num_shard: expected 1 with quantize: exl2, found 2',
  },
  {
    backend: 'tgi',
    options: {},
    config: { decoder: { top_k: 40 } },
    told: 'decoder.top_k: expected 0 with tgi, found 40',
  },
  {
    backend: 'tensorrt',
    options: { max_num_tokens: 256 },
    told: 'tensorrt.max_num_tokens: expected at least max_input_tokens 512 without chunked prefill, found 256',
  },
  {
    backend: 'tensorrt',
    options: { speculative: { decoding_type: 'Eagle', max_draft_len: 4 } },
    told: 'tensorrt.speculative: expected a draft model for Eagle, found none',
  },
  {
    backend: 'tensorrt',
    options: { backend: 'tensorrt', attn_backend: 'TRTLLM' },
    told: 'tensorrt.attn_backend: expected none with backend: tensorrt, found TRTLLM',
  },
  {
    backend: 'tensorrt',
    options: { speculative: { decoding_type: 'NGram' } },
    told: 'tensorrt.speculative: expected max_draft_len with NGram, found none',
  },
  {
    backend: 'tensorrt',
    options: { backend: 'tensorrt', speculative: { decoding_type: 'MTP' } },
    told: 'tensorrt.speculative: expected none with backend: tensorrt, found MTP',
  },
  {
    backend: 'tensorrt',
    options: { backend: 'tensorrt', kv_cache_dtype: 'fp8' },
    told: 'tensorrt.kv_cache_dtype: expected auto with backend: tensorrt, found fp8',
  },
  {
    backend: 'llama-server',
    options: { parallel: 2 },
    config: { load: { concurrency: 8 } },
    told: 'llama-server.parallel: expected at least the 8 requests that load has in flight, found 2',
  },
  {
    backend: 'llama-server',
    options: { flash_attention: false, cache_type_v: 'q8_0' },
    told: 'llama-server.flash_attention: expected true or auto with cache_type_v q8_0, found false',
  },
  {
    backend: 'llama-server',
    options: { flash_attention: false, split_mode: 'tensor' },
    told: 'llama-server.flash_attention: expected true or auto with split_mode tensor, found false',
  },
  {
    backend: 'llama-server',
    options: {},
    config: { decoder: { ignore_eos: false, min_new_tokens: 4 } },
    told: 'decoder.min_new_tokens: expected 0 with llama-server, found 4',
  },
  {
    backend: 'ollama',
    options: { kv_cache_type: 'q8_0' },
    told: 'ollama.kv_cache_type: expected f16 without flash_attention: true, found q8_0',
  },
  {
    backend: 'ollama',
    options: {},
    config: { decoder: { min_new_tokens: 4 } },
    told: 'decoder.min_new_tokens: expected 0 with ollama, found 4',
  },
  {
    backend: 'ollama',
    options: {},
    config: { model: 'llama3.2:1b', precision: 'fp16' },
    told: "precision: expected none for a model of Ollama's library, found fp16",
  },
]

for (const { told, ...tried } of cases) {
  test(`while planning: ${told}`, async () => {
    assert.deepEqual(await toldOf(tried), [told])
  })
}

test('what vLLM ignores with a method of speculative decoding is not refused', async () => {
  const drafted = { num_speculative_tokens: 3, draft_tensor_parallel_size: 2 }
  const chosen = [
    { method: 'eagle3', model: './draft', prompt_lookup_min: 5, prompt_lookup_max: 4 },
    { method: 'mtp', model: './draft' },
    { method: 'suffix', ...drafted },
    { method: 'ngram', ...drafted },
  ]
  for (const speculative_config of chosen) {
    const options = { tensor_parallel_size: 4, speculative_config }
    assert.deepEqual(await toldOf({ backend: 'vllm', options }), [])
  }
})

async function toldOf({ backend: name, options, config = {} }: Omit<Case, 'told'>) {
  const backend = await loadBackend(name)
  const parsed = z
    .object(experimentFields)
    .parse({ model: 'synthetic/tiny', backend: name, ...config })
  const problems = backend?.check?.(parsed, backend.options.parse(options)) ?? []
  return problems.map(withoutHint)
}

const withoutHint = ({ hint: _, ...problem }: Parameters<typeof describeProblem>[0]): string =>
  describeProblem(problem)

test('a rule of an engine says for which of its versions it holds', async () => {
  const backend = await loadBackend('vllm')
  const config = z.object(experimentFields).parse({ model: 'synthetic/tiny' })
  const [problem] = backend?.check?.(config, backend.options.parse({ max_model_len: 1 })) ?? []
  assert.match(problem?.hint ?? '', /a rule of vLLM 0\.6 to 0\.33$/)
})
