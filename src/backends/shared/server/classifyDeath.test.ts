import assert from 'node:assert/strict'
import { test } from 'node:test'
import { classifyDeath } from './classifyDeath.ts'

/** As the engines word it, by kind. */
const seen = {
  'gpu-memory': [
    'torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 20.00 GiB. GPU 0 has a total capacity of 79.1 GiB',
    'ValueError: Free memory on device (10.1/79.1 GiB) on startup is less than desired GPU memory utilization (0.9, 71.2 GiB).',
    'ggml_backend_cuda_buffer_type_alloc_buffer: allocating 4403.49 MiB on device 0: cudaMalloc failed: out of memory',
  ],
  'cache-too-small': [
    'ValueError: To serve at least one request with the models max seq len (131072), (16.0 GiB KV cache is needed, which is larger than the available KV cache memory (3.2 GiB).',
    'RuntimeError: Not enough memory. Please try to increase --mem-fraction-static. Current value: 0.5',
    'RuntimeError: Not enough GPU memory for hybrid (mamba/linear-attention) state cache. Computed max_mamba_cache_size=0',
  ],
  'host-memory': [
    'ValueError: Available memory on node 0 (3.1/16.0 GiB) on kv cache allocation is less than requested memory for kv (8.0 GiB).',
    'ValueError: The worker already uses 9.1 GiB (model weights and runtime), more than the 8.0 GiB of CPU memory reserved for it on node 0,',
  ],
  'port-taken': [
    'ERROR:    [Errno 98] error while attempting to bind on address (127.0.0.1, 8000): address already in use',
    "srv start: couldn't bind HTTP server socket, hostname: 127.0.0.1, port: 8080",
    'Error: listen tcp 127.0.0.1:11434: bind: address already in use',
  ],
  'model-not-found': [
    'OSError: org/none is not a local folder and is not a valid model identifier listed on the hub',
    'gguf_init_from_file: failed to open GGUF file "none.gguf" (No such file or directory)',
  ],
  'gated-model': ['OSError: You are trying to access a gated repo. Make sure to have access to it'],
  'missing-package': ["ModuleNotFoundError: No module named 'flashinfer'"],
  'unknown-argument': [
    'vllm: error: unrecognized arguments: --num-scheduler-steps 8',
    'error: invalid argument: --no-such',
    "error: unexpected argument '--no-such' found",
  ],
  'no-gpu': [
    'RuntimeError: Failed to infer device type, please set the environment variable',
    'RuntimeError: No accelerator (CUDA, XPU, HPU, NPU, MUSA, MPS) or platform plugin is available.',
  ],
  'unsupported-model': [
    "llama_model_load: error loading model architecture: unknown model architecture: 'new'",
  ],
} as const

for (const [kind, lines] of Object.entries(seen)) {
  for (const line of lines) {
    test(`a log that ends with "${line.slice(0, 60)}" tells of ${kind}`, () => {
      assert.equal(classifyDeath(`INFO starting\n${line}\nbye\n`)?.kind, kind)
    })
  }
}

test('the argument that was not known is named', () => {
  const found = classifyDeath('vllm: error: unrecognized arguments: --num-scheduler-steps 8\n')
  assert.equal(found?.cause, 'it does not know the argument --num-scheduler-steps 8')
})

test('of an exception nobody knows, the first that was logged is the cause', () => {
  const log = [
    '(Worker pid=1) ERROR ValueError: the moon is not full',
    'RuntimeError: Engine core initialization failed. See root cause above.',
  ].join('\n')
  assert.equal(classifyDeath(log)?.cause, 'ValueError: the moon is not full')
})

test('an error that is only spoken of is no cause', () => {
  const log = [
    'WARNING 11-24 [system_utils.py:255] This can cause errors like `OSError: [Errno 24] Too many open files`.',
    '(APIServer pid=1) ERROR 11-24 09:53:47 [vllm_error.py:54] vllm.v1.EngineDeadError: EngineCore encountered an issue.',
  ].join('\n')
  assert.equal(
    classifyDeath(log)?.cause,
    'vllm.v1.EngineDeadError: EngineCore encountered an issue.',
  )
})

test('a log without a reason gives none', () => {
  assert.equal(classifyDeath('INFO all is well\n'), null)
})
