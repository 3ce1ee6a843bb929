/** What engines call the figures that we keep. The first name that is there counts; older versions of an engine have others. */

export type ServerFigure =
  /** Requests in the running batch. */
  | 'running'
  /** Requests that wait for a place in it. */
  | 'waiting'
  /** Part of the KV cache in use, 0 to 1. */
  | 'kvCacheShare'
  /** Seconds that requests waited, and how many requests that were: running totals. */
  | 'queueSeconds'
  | 'queueCount'
  /** The same from the arrival of a request to its first token, and to its end. */
  | 'firstTokenSeconds'
  | 'firstTokenCount'
  | 'endToEndSeconds'
  | 'endToEndCount'
  /** Running totals of tokens. */
  | 'promptTokens'
  | 'cachedPromptTokens'
  | 'generatedTokens'
  /** Prompt tokens that the prefix cache was asked for: a running total, 0 where it is off. */
  | 'cacheLookups'
  /** Part of them that it had, 0 to 1, of the last batch. */
  | 'cacheHitShare'

type Names = Partial<Record<ServerFigure, readonly string[]>>

/**
 * vLLM 0.6 to 0.32 (docs: usage/metrics; `gpu_` names are those of 0.8 and older), SGLang 0.5 with --enable-metrics, TGI 3,
 * llama.cpp's server with --metrics. Of what an engine does not offer there is no name.
 */
export const metricNames: Readonly<Record<string, Names>> = {
  vllm: {
    running: ['vllm:num_requests_running'],
    waiting: ['vllm:num_requests_waiting'],
    kvCacheShare: ['vllm:kv_cache_usage_perc', 'vllm:gpu_cache_usage_perc'],
    queueSeconds: ['vllm:request_queue_time_seconds_sum'],
    queueCount: ['vllm:request_queue_time_seconds_count'],
    firstTokenSeconds: ['vllm:time_to_first_token_seconds_sum'],
    firstTokenCount: ['vllm:time_to_first_token_seconds_count'],
    endToEndSeconds: ['vllm:e2e_request_latency_seconds_sum'],
    endToEndCount: ['vllm:e2e_request_latency_seconds_count'],
    promptTokens: ['vllm:prompt_tokens_total'],
    cachedPromptTokens: ['vllm:prefix_cache_hits_total', 'vllm:gpu_prefix_cache_hits_total'],
    generatedTokens: ['vllm:generation_tokens_total'],
    cacheLookups: ['vllm:prefix_cache_queries_total', 'vllm:gpu_prefix_cache_queries_total'],
  },
  sglang: {
    running: ['sglang:num_running_reqs'],
    waiting: ['sglang:num_queue_reqs'],
    kvCacheShare: ['sglang:token_usage'],
    queueSeconds: ['sglang:queue_time_seconds_sum'],
    queueCount: ['sglang:queue_time_seconds_count'],
    firstTokenSeconds: ['sglang:time_to_first_token_seconds_sum'],
    firstTokenCount: ['sglang:time_to_first_token_seconds_count'],
    endToEndSeconds: ['sglang:e2e_request_latency_seconds_sum'],
    endToEndCount: ['sglang:e2e_request_latency_seconds_count'],
    promptTokens: ['sglang:prompt_tokens_total'],
    cachedPromptTokens: ['sglang:cached_tokens_total'],
    generatedTokens: ['sglang:generation_tokens_total'],
    cacheHitShare: ['sglang:cache_hit_rate'],
  },
  tgi: {
    running: ['tgi_batch_current_size'],
    waiting: ['tgi_queue_size'],
    queueSeconds: ['tgi_request_queue_duration_sum'],
    queueCount: ['tgi_request_queue_duration_count'],
    endToEndSeconds: ['tgi_request_duration_sum'],
    endToEndCount: ['tgi_request_duration_count'],
    promptTokens: ['tgi_request_input_length_sum'],
    generatedTokens: ['tgi_request_generated_tokens_sum'],
  },
  'llama-server': {
    running: ['llamacpp:requests_processing'],
    waiting: ['llamacpp:requests_deferred'],
    kvCacheShare: ['llamacpp:kv_cache_usage_ratio'],
    promptTokens: ['llamacpp:prompt_tokens_total'],
    cachedPromptTokens: ['llamacpp:prompt_tokens_cached_total'],
    generatedTokens: ['llamacpp:tokens_predicted_total'],
  },
}
