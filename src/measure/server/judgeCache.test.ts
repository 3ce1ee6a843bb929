import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { PrefixCache } from '../../backends/backend.ts'
import { vllmPrefixCache } from '../../backends/shared/server/vllmPrefixCache.ts'
import { cacheWarnings, judgeCache } from './judgeCache.ts'
import { readFigures } from './readFigures.ts'
import type { ServerLooks } from './watchServer.ts'

const on: PrefixCache = { isOn: true, facts: { said: 'on' } }
const off: PrefixCache = { isOn: false, facts: { said: 'off' } }

/** One look before the window, and one after it that must not count. */
function lookedAt(before: string): ServerLooks | null {
  const looks = [before, 'vllm:prefix_cache_hits_total 9'].flatMap((text, atMs) => {
    const read = readFigures(text)
    return read === null ? [] : [{ atMs, figures: read.figures }]
  })
  return { engine: 'vllm', looks }
}

const codes = (prefixCache: PrefixCache | null, server: ServerLooks | null, isAskedFor = false) =>
  cacheWarnings({
    cache: judgeCache({ prefixCache, server }),
    backend: 'vllm',
    usesPrefixCache: isAskedFor,
  }).map(({ code }) => code)

test('an engine that says its cache is off is cold, and what it said is kept', () => {
  assert.deepEqual(judgeCache({ prefixCache: off, server: null }), {
    state: 'cold',
    judgedFrom: { said: 'off' },
  })
  assert.deepEqual(codes(off, null), [])
})

test('a cache that is on is not cold, whether it was asked for or not', () => {
  assert.equal(judgeCache({ prefixCache: on, server: null }).state, 'warm')
  assert.deepEqual(codes(on, null), ['CACHE_NOT_COLD'])
  assert.deepEqual(codes(on, null, true), ['CACHE_NOT_COLD'])
})

test('tokens that came from the cache before the window outweigh what the engine says', () => {
  const server = lookedAt('vllm:prefix_cache_hits_total 16\nvllm:prompt_tokens_total 100')
  assert.deepEqual(judgeCache({ prefixCache: off, server }), {
    state: 'warm',
    judgedFrom: { said: 'off', 'metrics promptTokens': 100, 'metrics cachedPromptTokens': 16 },
  })
  assert.equal(
    judgeCache({ prefixCache: null, server: lookedAt('sglang:cache_hit_rate 0.5') }).state,
    'warm',
  )
})

test('a cache that nobody asked while prompts were read is off', () => {
  const asked = (lookups: number, tokens: number) =>
    judgeCache({
      prefixCache: null,
      server: lookedAt(
        `vllm:prefix_cache_queries_total ${lookups}\nvllm:prompt_tokens_total ${tokens}`,
      ),
    }).state
  assert.equal(asked(0, 100), 'cold')
  assert.equal(asked(100, 100), null)
  assert.equal(asked(0, 0), null)
})

test('what nobody tells is unknown and a warning', () => {
  assert.deepEqual(judgeCache({ prefixCache: null, server: null }), { state: null, judgedFrom: {} })
  assert.deepEqual(codes({ isOn: null, facts: {} }, null), ['CACHE_STATE_UNKNOWN'])
})

test('the configuration of vLLM is read from the labels of a metric', () => {
  const text = (value: string) =>
    `# TYPE vllm:cache_config_info gauge\nvllm:cache_config_info{block_size="16",enable_prefix_caching="${value}",engine="0"} 1.0\n`
  assert.equal(vllmPrefixCache(text('False')).isOn, false)
  assert.equal(vllmPrefixCache(text('True')).isOn, true)
  assert.deepEqual(vllmPrefixCache('other 1'), { isOn: null, facts: {} })
  assert.deepEqual(vllmPrefixCache(null), { isOn: null, facts: {} })
})
