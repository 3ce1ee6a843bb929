/** Backend that starts `sglang serve` and streams from it. */

import { isRecord, toJson } from '../core/json.ts'
import type { Backend, PrefixCache } from './backend.ts'
import { askServer } from './shared/server/askServer.ts'
import type { EngineRule } from './shared/server/checkRules.ts'
import {
  checkHubFiles,
  checkHubPrecision,
  loadHubOutline,
  resolveHubModel,
} from './shared/server/hubModel.ts'
import { tooShort, unevenHeads } from './shared/server/modelRules.ts'
import { openTokenizer } from './shared/server/openTokenizer.ts'
import { serverBackend } from './shared/server/serverBackend.ts'
import type { Observed } from './shared/server/serverEngine.ts'
import type { EngineServer } from './shared/server/startServer.ts'
import { sglangCommand } from './shared/sglang/sglangCommand.ts'
import { type SglangOptions, sglangOptions } from './shared/sglang/sglangOptions.ts'

/** Read in the code of SGLang 0.5.1, 0.5.12 and 0.5.23, in `python/sglang/srt`. */
const rules: readonly EngineRule<SglangOptions>[] = [
  {
    // arg_groups/validation_hook.py: "chunked_prefill_size must be divisible by page_size"
    holdsFor: '0.5.1 to 0.5.23',
    broken: ({ chunked_prefill_size: size, page_size: page }) =>
      size === undefined || size < 0 || page === undefined || size % page === 0
        ? null
        : {
            key: 'chunked_prefill_size',
            message: `expected a multiple of page_size ${page}, found ${size}`,
            hint: 'change one of them',
          },
  },
  {
    // arg_groups/validation_hook.py, check_pipeline_parallel_compat: "only supported on prefill nodes"
    holdsFor: '0.5.1 to 0.5.23',
    broken: ({ pp_size, speculative }) =>
      pp_size === 1 || speculative === undefined
        ? null
        : {
            key: 'speculative',
            message: `expected none with pp_size ${pp_size}, found ${speculative.algorithm}`,
            hint: 'use tp_size to split the model',
          },
  },
  {
    // speculative/spec_info.py, supports_mixed_chunk: arg_groups/speculative_hook.py turns it off for the others.
    holdsFor: '0.5.23',
    broken: ({ enable_mixed_chunk, speculative }) =>
      !enable_mixed_chunk || !/^(STANDALONE|NGRAM)$/.test(speculative?.algorithm ?? '')
        ? null
        : {
            key: 'enable_mixed_chunk',
            message: `expected false with ${speculative?.algorithm}, found true`,
            hint: 'leave it out: SGLang turns it off',
          },
  },
  {
    // arg_groups/speculative_hook.py. EAGLE and NEXTN take a draft that is part of the model where it has one.
    holdsFor: '0.5.23',
    broken: ({ speculative }) =>
      speculative === undefined ||
      speculative.model !== undefined ||
      !/^(EAGLE3|STANDALONE|DFLASH)$/.test(speculative.algorithm)
        ? null
        : {
            key: 'speculative',
            message: `expected a model for ${speculative.algorithm}, found none`,
            hint: 'name it with speculative.model, or use NGRAM',
          },
  },
  {
    // A longer request is refused: managers/tokenizer_manager.py, "is longer than the model's context length".
    holdsFor: '0.4.0 to 0.5.23',
    broken: ({ context_length }, config) => tooShort('context_length', context_length, config),
  },
  {
    // models/llama.py: assert total_num_heads % tp_size == 0
    holdsFor: '0.4.0 to 0.5.23',
    broken: ({ tp_size }, config) => unevenHeads('tp_size', tp_size, config),
  },
]

export const backend: Backend<SglangOptions> = serverBackend<SglangOptions>({
  name: 'sglang',
  title: 'SGLang',
  docs: 'Starts the server of SGLang on the loopback interface and streams from it. Models are directories of Hugging Face form, repositories of the hub (hf:org/repo), or synthetic ones, whose weights SGLang makes up itself. Its radix cache is off unless asked for.',
  options: sglangOptions,
  image: 'lmsysorg/sglang:v0.5.23',
  program: 'sglang',
  install: 'pip install sglang',
  ownFlags: [
    '--model-path',
    '--model',
    '--host',
    '--port',
    '--random-seed',
    '--served-model-name',
    '--api-key',
    '--admin-api-key',
  ],
  rules,
  checkModel: (config) => checkHubPrecision(config, ['fp8']),
  gpus({ tp_size, pp_size, dp_size }) {
    const devices = tp_size * pp_size * dp_size
    // It has a build for CPUs, where one is none.
    return { least: devices === 1 ? 0 : devices, most: devices }
  },
  loadOutline: loadHubOutline,
  checkFiles: checkHubFiles,
  resolveModel: (config, _options, ctx) => resolveHubModel(config, 'none', ctx),
  commandLine: sglangCommand,
  healthPath: '/health',
  openTokenizer: (server) =>
    openTokenizer('sglang', server, {
      encodeBody: (prompt) => ({ prompt, add_special_tokens: true }),
      decodeBody: (tokens) => ({ tokens, skip_special_tokens: false }),
      textKey: 'text',
    }),
  prompts: 'tokens',
  metricsPath: '/metrics',
  prefixCache,
  usesPrefixCache: ({ prefix_caching }) => prefix_caching,
  observe,
})

/** What it was given with every decision of its own applied, and the state of its scheduler. */
async function observe(server: EngineServer): Promise<Observed> {
  const info = await serverInfo(server)
  if (info === null) return { version: null, settings: {} }
  const { version, api_key: _, admin_api_key: __, ...server_info } = info
  return {
    version: typeof version === 'string' ? version : null,
    settings: { server_info: toJson(server_info) },
  }
}

/** Older versions have it elsewhere; null when it does not tell. */
async function serverInfo({ url, signal }: EngineServer): Promise<Record<string, unknown> | null> {
  const info =
    (await askServer(`${url}/server_info`, { signal })) ??
    (await askServer(`${url}/get_server_info`, { signal }))
  return isRecord(info) ? info : null
}

/** Its prefix cache is a radix tree, which it turns off by itself for some models. */
async function prefixCache(server: EngineServer): Promise<PrefixCache> {
  const isOff = (await serverInfo(server))?.['disable_radix_cache']
  return typeof isOff === 'boolean'
    ? { isOn: !isOff, facts: { 'server_info disable_radix_cache': isOff } }
    : { isOn: null, facts: {} }
}
