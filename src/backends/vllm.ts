/** Backend that starts `vllm serve` and streams from it. */

import { isRecord, type Json, toJson } from '../core/json.ts'
import type { Backend } from './backend.ts'
import { askServer, askText } from './shared/server/askServer.ts'
import {
  checkHubFiles,
  checkHubPrecision,
  loadHubOutline,
  resolveHubModel,
} from './shared/server/hubModel.ts'
import { openTokenizer } from './shared/server/openTokenizer.ts'
import { serverBackend } from './shared/server/serverBackend.ts'
import type { Observed } from './shared/server/serverEngine.ts'
import type { EngineServer } from './shared/server/startServer.ts'
import { vllmPrefixCache } from './shared/server/vllmPrefixCache.ts'
import { vllmCommand } from './shared/vllm/vllmCommand.ts'
import { type VllmOptions, vllmOptions } from './shared/vllm/vllmOptions.ts'
import { vllmRules } from './shared/vllm/vllmRules.ts'

export const backend: Backend<VllmOptions> = serverBackend<VllmOptions>({
  name: 'vllm',
  title: 'vLLM',
  docs: 'Starts the server of vLLM on the loopback interface and streams from it. Models are directories of Hugging Face form, repositories of the hub (hf:org/repo), or synthetic ones, whose weights vLLM makes up itself. Prefix caching is off unless asked for. Use it for what most people deploy on GPUs; its CPU build works too.',
  options: vllmOptions,
  image: 'vllm/vllm-openai:v0.32.0',
  program: 'vllm',
  install: 'pip install vllm',
  ownFlags: ['--host', '--port', '--model', '--served-model-name', '--api-key', '--seed', '--uds'],
  rules: vllmRules,
  checkModel: (config) => checkHubPrecision(config, ['fp8']),
  gpus({ tensor_parallel_size, pipeline_parallel_size, data_parallel_size }) {
    const devices = tensor_parallel_size * pipeline_parallel_size * data_parallel_size
    // Its CPU build needs none.
    return { least: devices === 1 ? 0 : devices, most: devices }
  },
  loadOutline: loadHubOutline,
  checkFiles: checkHubFiles,
  resolveModel: (config, _options, ctx) => resolveHubModel(config, 'none', ctx),
  commandLine: vllmCommand,
  // Its own account of its configuration, and no word of ours to its makers while we measure.
  environment: () => ({ VLLM_SERVER_DEV_MODE: '1', VLLM_NO_USAGE_STATS: '1' }),
  healthPath: '/health',
  openTokenizer: (server) =>
    openTokenizer('vllm', server, {
      encodeBody: (prompt) => ({ prompt, add_special_tokens: true }),
      decodeBody: (tokens) => ({ tokens }),
      textKey: 'prompt',
    }),
  prompts: 'tokens',
  metricsPath: '/metrics',
  prefixCache: async ({ url, signal }) =>
    vllmPrefixCache(await askText(`${url}/metrics`, { signal })),
  usesPrefixCache: ({ enable_prefix_caching }) => enable_prefix_caching,
  observe,
})

/** It gathers facts of the whole system for this answer. */
const infoTimeoutMs = 60_000

async function observe({ url, signal }: EngineServer): Promise<Observed> {
  const [version, info] = await Promise.all([
    askServer(`${url}/version`, { signal }),
    askServer(`${url}/server_info?config_format=json`, { signal, timeoutMs: infoTimeoutMs }),
  ])
  const said = isRecord(version) ? version['version'] : null
  const config = isRecord(info) ? info['vllm_config'] : null
  return {
    version: typeof said === 'string' ? said : null,
    settings: isRecord(config) ? { vllm_config: chosenParts(config) } : {},
  }
}

/** Those that decide what is computed and how; the others are of its logs and metrics. */
const parts = new Set(
  `model cache parallel scheduler attention compilation speculative quant device load offload kernel`
    .split(' ')
    .map((name) => `${name}_config`),
)

function chosenParts(config: Record<string, unknown>): Json {
  const chosen = Object.fromEntries(Object.entries(config).filter(([name]) => parts.has(name)))
  // The one secret among them: the token of the hub.
  return toJson(
    JSON.parse(JSON.stringify(chosen, (key, value) => (key === 'hf_token' ? undefined : value))),
  )
}
