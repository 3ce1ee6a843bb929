/** Was the engine's prefix cache cold when the window began? Judged from what was read just before it. Pure. */

import type { PrefixCache } from '../../backends/backend.ts'
import { type Json, toJson } from '../../core/json.ts'
import { type Warning, warn } from '../../core/warnings.ts'
import type { Result } from '../../store/resultFile.ts'
import type { ServerFigures } from './readFigures.ts'
import type { ServerLooks } from './watchServer.ts'

interface Asked {
  /** What the engine says of its cache; null when it was not asked. */
  prefixCache: PrefixCache | null
  /** The first look is just before the window. */
  server: ServerLooks | null
}

export function judgeCache({ prefixCache, server }: Asked): Result['cache'] {
  const figures = server?.looks[0]?.figures ?? null
  return {
    state: stateOf(prefixCache?.isOn ?? null, figures),
    judgedFrom: { ...prefixCache?.facts, ...(figures === null ? {} : factsOf(figures)) },
  }
}

/** Tokens that came from the cache before the window prove that it is on, whatever else is said. */
function stateOf(isOn: boolean | null, figures: ServerFigures | null): 'cold' | 'warm' | null {
  const { cachedPromptTokens, cacheHitShare, cacheLookups, promptTokens } = figures ?? {}
  if ((cachedPromptTokens ?? 0) > 0 || (cacheHitShare ?? 0) > 0) return 'warm'
  // One that is on holds what was sent before the window, be it the question that a server is asked at first.
  if (isOn !== null) return isOn ? 'warm' : 'cold'
  return cacheLookups === 0 && (promptTokens ?? 0) > 0 ? 'cold' : null
}

/** Those that bear on the cache, as far as the engine has them. */
function factsOf(figures: ServerFigures): Record<string, Json> {
  const { promptTokens, cachedPromptTokens, cacheLookups, cacheHitShare, kvCacheShare } = figures
  const told = { promptTokens, cachedPromptTokens, cacheLookups, cacheHitShare, kvCacheShare }
  return Object.fromEntries(
    Object.entries(told).flatMap(([name, value]) =>
      value === null ? [] : [[`metrics ${name}`, toJson(value)]],
    ),
  )
}

interface Judged {
  cache: Result['cache']
  backend: string
  /** True where the study asks for a prefix cache. */
  usesPrefixCache: boolean
}

export function cacheWarnings({ cache, backend, usesPrefixCache }: Judged): Warning[] {
  const { state, judgedFrom } = cache
  if (state === 'cold') return []
  if (state === null) return [warn('CACHE_STATE_UNKNOWN', { backend })]
  const facts = Object.entries(judgedFrom).map(
    ([name, value]) => `${name}: ${JSON.stringify(value)}`,
  )
  return [warn('CACHE_NOT_COLD', { isAskedFor: usesPrefixCache, facts: facts.join(', ') })]
}
