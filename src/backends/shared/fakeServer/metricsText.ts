/** The metrics route of the fake engine, in Prometheus's text format and under vLLM's names, so that one scraper reads both. */

export interface EngineMetrics {
  running: number
  waiting: number
  /** Tokens held by the streams under way. */
  cachedTokens: number
  promptTokens: number
  generatedTokens: number
}

/** Capacity of the cache that a fake engine says it has. */
const cacheTokens = 1_000_000

export function metricsText(model: string, metrics: EngineMetrics): string {
  const line = (type: 'gauge' | 'counter', name: string, value: number): string =>
    `# TYPE vllm:${name} ${type}\nvllm:${name}{model_name=${JSON.stringify(model)}} ${value}\n`
  return [
    line('gauge', 'num_requests_running', metrics.running),
    line('gauge', 'num_requests_waiting', metrics.waiting),
    line('gauge', 'kv_cache_usage_perc', metrics.cachedTokens / cacheTokens),
    line('counter', 'prompt_tokens_total', metrics.promptTokens),
    line('counter', 'generation_tokens_total', metrics.generatedTokens),
  ].join('')
}
