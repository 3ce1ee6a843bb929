/** The variables that Ollama's server is set by: it has no arguments. Checked against its `envconfig/config.go`. Pure. */

import { join } from 'node:path'
import type { ExperimentConfig } from '../../../config/experimentConfig.ts'
import { inFlightLimit } from '../../../config/loadConfig.ts'
import type { ServerPlace } from '../server/serverEngine.ts'
import type { OllamaOptions } from './ollamaOptions.ts'

export function ollamaEnvironment(
  config: ExperimentConfig,
  chosen: OllamaOptions,
  { port, model, cacheDir }: Pick<ServerPlace, 'port' | 'model' | 'cacheDir'>,
): Record<string, string> {
  const { flash_attention, kv_cache_type } = chosen
  return {
    OLLAMA_HOST: `127.0.0.1:${port}`,
    OLLAMA_NUM_PARALLEL: String(chosen.num_parallel ?? inFlightLimit(config) ?? 1),
    OLLAMA_CONTEXT_LENGTH: String(contextLength(config, chosen)),
    OLLAMA_MAX_LOADED_MODELS: '1',
    // Until it is ended.
    OLLAMA_KEEP_ALIVE: '-1',
    OLLAMA_NOPRUNE: '1',
    // Models that we make have a store of ours: the user's own holds what the user pulled.
    ...(model.isRemote ? {} : { OLLAMA_MODELS: join(cacheDir, 'ollama') }),
    ...(flash_attention === undefined
      ? {}
      : { OLLAMA_FLASH_ATTENTION: flash_attention ? '1' : '0' }),
    ...(kv_cache_type === undefined ? {} : { OLLAMA_KV_CACHE_TYPE: kv_cache_type }),
    ...(chosen.sched_spread ? { OLLAMA_SCHED_SPREAD: '1' } : {}),
    ...chosen.environment,
  }
}

export function contextLength(
  { max_input_tokens, max_output_tokens }: ExperimentConfig,
  { context_length = max_input_tokens + max_output_tokens }: OllamaOptions,
): number {
  return context_length
}
