import assert from 'node:assert/strict'
import { test } from 'node:test'
import { z } from 'zod'
import { experimentFields } from '../../../config/experimentConfig.ts'
import { ollamaEnvironment } from './ollamaEnvironment.ts'
import { ollamaOptions } from './ollamaOptions.ts'

const environment = (options: object, isRemote: boolean) =>
  ollamaEnvironment(
    z.object(experimentFields).parse({
      model: 'any',
      max_input_tokens: 64,
      max_output_tokens: 32,
      load: { concurrency: 4 },
    }),
    ollamaOptions.parse(options),
    {
      port: 18_000,
      cacheDir: '/cache',
      model: { path: 'any', facts: null, hasDummyWeights: false, isRemote },
    },
  )

test('what nobody set follows the experiment, and models of ours stay out of the store of the user', () => {
  assert.deepEqual(environment({}, false), {
    OLLAMA_HOST: '127.0.0.1:18000',
    OLLAMA_NUM_PARALLEL: '4',
    OLLAMA_CONTEXT_LENGTH: '96',
    OLLAMA_MAX_LOADED_MODELS: '1',
    OLLAMA_KEEP_ALIVE: '-1',
    OLLAMA_NOPRUNE: '1',
    OLLAMA_MODELS: '/cache/ollama',
  })
})

test('what is set is handed on, and a model that is pulled is kept where the user keeps them', () => {
  const options = {
    context_length: 4096,
    num_parallel: 2,
    flash_attention: true,
    kv_cache_type: 'q8_0',
    sched_spread: true,
    environment: { OLLAMA_GPU_OVERHEAD: '0' },
  }
  assert.deepEqual(environment(options, true), {
    OLLAMA_HOST: '127.0.0.1:18000',
    OLLAMA_NUM_PARALLEL: '2',
    OLLAMA_CONTEXT_LENGTH: '4096',
    OLLAMA_MAX_LOADED_MODELS: '1',
    OLLAMA_KEEP_ALIVE: '-1',
    OLLAMA_NOPRUNE: '1',
    OLLAMA_FLASH_ATTENTION: '1',
    OLLAMA_KV_CACHE_TYPE: 'q8_0',
    OLLAMA_SCHED_SPREAD: '1',
    OLLAMA_GPU_OVERHEAD: '0',
  })
})
