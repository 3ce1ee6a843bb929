import assert from 'node:assert/strict'
import { test } from 'node:test'
import { engineEnvironment, tuningVariables } from './engineEnvironment.ts'

const worker = {
  PATH: '/bin',
  HF_TOKEN: 'hf_secret',
  VLLM_ATTENTION_BACKEND: 'FLASHINFER',
  VLLM_API_KEY: 'would lock us out',
  OPENAI_API_KEY: 'of another server',
  LLEM_WORK_KEY: 'of another server',
}

test('an engine gets the environment of the worker, without the keys of other servers', () => {
  const engine = { PREFIX_CACHING: '0' }
  assert.deepEqual(engineEnvironment({ worker, engine, isRemote: true }), {
    PATH: '/bin',
    HF_TOKEN: 'hf_secret',
    VLLM_ATTENTION_BACKEND: 'FLASHINFER',
    PYTHONUNBUFFERED: '1',
    SPT_NOENV: '1',
    HF_HUB_DISABLE_TELEMETRY: '1',
    PREFIX_CACHING: '0',
  })
})

test('an engine whose model is here does not ask the hub for it', () => {
  const environment = engineEnvironment({ worker: {}, engine: {}, isRemote: false })
  assert.equal(environment['HF_HUB_OFFLINE'], '1')
})

test('of the environment what tunes an engine is kept with the result, and no secret', () => {
  assert.deepEqual(tuningVariables({ ...worker, OMP_NUM_THREADS: '4', VLLM_SOME_TOKEN: 'x' }), {
    VLLM_ATTENTION_BACKEND: 'FLASHINFER',
    OMP_NUM_THREADS: '4',
  })
})
