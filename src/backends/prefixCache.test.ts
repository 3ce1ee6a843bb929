import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { z } from 'zod'
import { experimentFields } from '../config/experimentConfig.ts'
import { installFakeEngines } from '../testing/fakeEngines.ts'
import { quietContext } from '../testing/quietContext.ts'
import type { PrefixCache } from './backend.ts'
import { loadBackend } from './registry.gen.ts'

/** The program of each engine, and what it says of its cache when it is started by us. */
const said: Record<string, { program: string } & PrefixCache> = {
  'llama-server': {
    program: 'llama-server',
    isOn: false,
    facts: { 'timings.cache_n of a repeated prompt': 0 },
  },
  // As it counts the same twice, nobody knows what it computed.
  ollama: {
    program: 'ollama',
    isOn: null,
    facts: { 'prompt_eval_count of a repeated prompt': [6, 6] },
  },
  sglang: { program: 'sglang', isOn: false, facts: { 'server_info disable_radix_cache': true } },
  tensorrt: {
    program: 'trtllm-serve',
    isOn: false,
    facts: { log: 'enable_block_reuse=False' },
  },
  tgi: {
    program: 'text-generation-launcher',
    isOn: false,
    facts: { log: 'Prefix caching false' },
  },
  vllm: {
    program: 'vllm',
    isOn: false,
    facts: { 'vllm:cache_config_info enable_prefix_caching': 'False' },
  },
}

const engines = installFakeEngines(Object.values(said).map(({ program }) => program))
after(engines.remove)

for (const [name, { isOn, facts }] of Object.entries(said)) {
  test(`the state of the cache of ${name} is read from what it says`, async (t) => {
    const backend = await loadBackend(name)
    assert.ok(backend !== null)
    const config = z.object(experimentFields).parse({ model: 'synthetic/tiny', backend: name })
    const ctx = await quietContext(t, { env: engines.env })
    const session = await backend.open(config, backend.options.parse({}), ctx)
    t.after(() => session[Symbol.asyncDispose]())
    assert.deepEqual(await session.prefixCache?.(), { isOn, facts })
  })
}
