/** The metrics route of the fake engine, in Prometheus's text format and under vLLM's names, so that one scraper reads both. */

import { msToSeconds } from '../../../core/units.ts'

export interface EngineMetrics {
  running: number
  waiting: number
  /** Tokens held by the streams under way. */
  cachedTokens: number
  promptTokens: number
  generatedTokens: number
  /** From the arrival of a request to its first token, and to its end. */
  firstTokenMs: number
  firstTokenCount: number
  endToEndMs: number
  endToEndCount: number
}

/** Capacity of the cache that a fake engine says it has. */
const cacheTokens = 1_000_000

export function metricsText(model: string, metrics: EngineMetrics): string {
  const labels = `{model_name=${JSON.stringify(model)}}`
  const line = (type: 'gauge' | 'counter', name: string, value: number): string =>
    `# TYPE vllm:${name} ${type}\nvllm:${name}${labels} ${value}\n`
  const sum = (name: string, totalMs: number, count: number): string =>
    `# TYPE vllm:${name} summary\nvllm:${name}_sum${labels} ${msToSeconds(totalMs)}\nvllm:${name}_count${labels} ${count}\n`
  return [
    line('gauge', 'num_requests_running', metrics.running),
    line('gauge', 'num_requests_waiting', metrics.waiting),
    line('gauge', 'kv_cache_usage_perc', metrics.cachedTokens / cacheTokens),
    // It keeps nothing of a prompt, and says so as vLLM does.
    '# TYPE vllm:cache_config_info gauge\nvllm:cache_config_info{enable_prefix_caching="False"} 1\n',
    line('counter', 'prompt_tokens_total', metrics.promptTokens),
    line('counter', 'generation_tokens_total', metrics.generatedTokens),
    sum('time_to_first_token_seconds', metrics.firstTokenMs, metrics.firstTokenCount),
    sum('e2e_request_latency_seconds', metrics.endToEndMs, metrics.endToEndCount),
  ].join('')
}
