import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { type BackendCase, backendContract } from '../testing/backend.contract.ts'
import { installFakeEngines } from '../testing/fakeEngines.ts'
import { stubPython } from '../testing/stubPython.ts'
import { backendNames, loadBackend } from './registry.gen.ts'
import { startFakeServer } from './shared/fakeServer/startFakeServer.ts'

/** For the backend that attaches to a server somebody else started. */
const server = await startFakeServer({ tokens_per_second: 4000, ttft_ms: 1 })
after(() => server[Symbol.asyncDispose]())

/** For those that start a server: programs of their names. */
const engines = installFakeEngines([
  'llama-server',
  'ollama',
  'sglang',
  'text-generation-launcher',
  'trtllm-serve',
  'vllm',
])
after(engines.remove)

/** What each backend is opened with: a model it can run anywhere, and options that cost little. */
const cases: Record<string, Pick<BackendCase, 'model' | 'options'> & Partial<BackendCase>> = {
  fake: { model: 'anything', options: { tokens_per_second: 4000, ttft_ms: 1 } },
  // One thread: on a busy machine two threads wait for each other at every layer.
  'llama-server': { model: 'synthetic/tiny', options: {}, env: engines.env },
  llamacpp: { model: 'synthetic/tiny', options: { gpu: 'off', threads: 1 } },
  ollama: { model: 'synthetic/tiny', options: {}, env: engines.env },
  openai: { model: 'fake', options: { base_url: server.url } },
  pytorch: { model: 'synthetic/tiny', options: {}, env: stubPython },
  sglang: { model: 'synthetic/tiny', options: {}, env: engines.env },
  tensorrt: { model: 'synthetic/tiny', options: {}, env: engines.env },
  tgi: { model: 'synthetic/tiny', options: {}, env: engines.env },
  vllm: { model: 'synthetic/tiny', options: {}, env: engines.env },
}

test('every backend has a case for its contract tests', () => {
  assert.deepEqual(Object.keys(cases).sort(), [...backendNames].sort())
})

for (const name of backendNames) {
  backendContract({
    name,
    load: () => loadBackend(name),
    env: process.env,
    ...(cases[name] ?? { model: 'missing', options: {} }),
  })
}
