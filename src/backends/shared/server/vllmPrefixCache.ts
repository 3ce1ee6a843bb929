/** What vLLM's metrics say of its prefix cache, and those of a server that speaks like it. Pure. */

import type { PrefixCache } from '../../backend.ts'

/** Its configuration is a metric whose labels have the values (vLLM 0.4 to 0.33; Python's True and False). */
const label = /^vllm:cache_config_info\{[^\n]*\benable_prefix_caching="(True|False)"/m

/** `metrics`: the text of its metrics route; null when there is none. */
export function vllmPrefixCache(metrics: string | null): PrefixCache {
  const said = metrics === null ? null : (label.exec(metrics)?.[1] ?? null)
  return {
    isOn: said === null ? null : said === 'True',
    facts: said === null ? {} : { 'vllm:cache_config_info enable_prefix_caching': said },
  }
}
