/** Backend that starts llama.cpp's own server and streams from it. */

import type { ExperimentConfig } from '../config/experimentConfig.ts'
import { inFlightLimit } from '../config/loadConfig.ts'
import { readHost } from '../core/host.ts'
import { isRecord, type Json, toJson } from '../core/json.ts'
import type { Backend, PrefixCache } from './backend.ts'
import { llamaServerCommand, sequenceLength } from './shared/llama-server/llamaServerCommand.ts'
import {
  type LlamaServerOptions,
  llamaServerOptions,
} from './shared/llama-server/llamaServerOptions.ts'
import { partialTextIds } from './shared/models/byteVocabulary.ts'
import { checkModel } from './shared/models/checkModel.ts'
import { loadOutline } from './shared/models/loadOutline.ts'
import { parseHubReference } from './shared/models/parseHubReference.ts'
import { checkGguf, resolveGguf } from './shared/models/resolveGguf.ts'
import { askServer } from './shared/server/askServer.ts'
import type { EngineRule } from './shared/server/checkRules.ts'
import { openTokenizer } from './shared/server/openTokenizer.ts'
import { serverBackend } from './shared/server/serverBackend.ts'
import type { Observed } from './shared/server/serverEngine.ts'
import type { EngineServer } from './shared/server/startServer.ts'

/** Read in the code of llama.cpp at commit 0c1e57098 (`src/llama-context.cpp`, `common/speculative.cpp`). */
const rules: readonly EngineRule<LlamaServerOptions>[] = [
  {
    // tools/server/server-context.cpp: a request waits for a free slot
    holdsFor: 'b4000 and later',
    broken({ parallel }, config) {
      const limit = inFlightLimit(config)
      if (parallel !== undefined && parallel >= (limit ?? 1)) return null
      if (parallel === undefined && limit !== null) return null
      return {
        key: 'parallel',
        message: `expected ${limit === null ? `a number with load.mode: ${config.load.mode}` : `at least the ${limit} requests that load has in flight`}, found ${parallel ?? 'none'}`,
        hint: limit === null ? 'set it, or load.max_concurrency' : 'leave it out to follow load',
      }
    },
  },
  {
    // tools/server/server-context.cpp: "stopped due to running out of context capacity"
    holdsFor: 'b4000 and later',
    broken: (chosen, config) => {
      const needed = config.max_input_tokens + config.max_output_tokens
      const found = sequenceLength(config, chosen)
      return found >= needed
        ? null
        : {
            key: 'context_size',
            message: `expected at least max_input_tokens + max_output_tokens = ${needed}, found ${found}`,
            hint: 'leave it out to have the least that fits',
          }
    },
  },
  {
    // src/llama-context.cpp: "quantized V cache requires flash_attn to be enabled"
    holdsFor: 'b4000 and later',
    broken: ({ flash_attention, cache_type_v }) =>
      flash_attention !== false || !/^i?q/.test(cache_type_v)
        ? null
        : {
            key: 'flash_attention',
            message: `expected true or auto with cache_type_v ${cache_type_v}, found false`,
            hint: 'set cache_type_v to f16, or leave flash_attention out',
          },
  },
  {
    // src/llama-context.cpp: "SPLIT_MODE_TENSOR requires flash_attn to be enabled"
    holdsFor: 'b10434 and later',
    broken: ({ flash_attention, split_mode }) =>
      flash_attention !== false || split_mode !== 'tensor'
        ? null
        : {
            key: 'flash_attention',
            message: 'expected true or auto with split_mode tensor, found false',
            hint: 'leave flash_attention out',
          },
  },
  {
    // common/speculative.cpp, common_speculative_init: without a draft there is no guessing, and no word of it
    holdsFor: 'b10434 and later',
    broken: ({ speculative }) =>
      speculative === undefined ||
      speculative.model !== undefined ||
      !/^draft-(simple|eagle3|dflash|dspark)$/.test(speculative.type)
        ? null
        : {
            key: 'speculative',
            message: `expected a model for ${speculative.type}, found none`,
            hint: 'name its file with speculative.model, or use an n-gram type',
          },
  },
]

export const backend: Backend<LlamaServerOptions> = serverBackend<LlamaServerOptions>({
  name: 'llama-server',
  title: 'llama.cpp server',
  docs: "Starts llama.cpp's own server on the loopback interface and streams from it: the same engine as llamacpp, as people deploy it, with its HTTP in the way. Models are GGUF files, GGUF repositories of the hub (hf:org/repo:quant) or synthetic ones. Its prompt cache is off unless asked for.",
  options: llamaServerOptions,
  image: 'ghcr.io/ggml-org/llama.cpp:server-cuda',
  program: 'llama-server',
  alsoAt: ['/app/llama-server'],
  install: 'brew install llama.cpp, or build it from source with llama-server on the PATH',
  ownFlags: [
    '-m',
    '--model',
    '--host',
    '--port',
    '--alias',
    '-a',
    '--api-key',
    '--api-key-file',
    '-hft',
    '--hf-token',
  ],
  rules,
  checkModel: (config) => [
    ...checkModel(config.model, config.precision),
    ...(config.decoder.min_new_tokens > 0 && !config.decoder.ignore_eos
      ? [
          {
            path: ['decoder', 'min_new_tokens'],
            message: `expected 0 with llama-server, found ${config.decoder.min_new_tokens}`,
            hint: 'it has no such setting: set decoder.ignore_eos to true, or use llamacpp',
          },
        ]
      : []),
  ],
  gpus: ({ gpu_layers }) => ({ least: 0, most: gpu_layers === 0 ? 0 : null }),
  loadOutline,
  async checkFiles(config, { speculative }, directory) {
    await checkGguf(config, directory)
    if (speculative?.model !== undefined) await checkGguf({ model: speculative.model }, directory)
  },
  async resolveModel({ model, precision, random_seed }, _options, ctx) {
    const resolved = await resolveGguf({ model, precision, seed: random_seed, ctx })
    return { ...resolved, hasDummyWeights: false, isRemote: false }
  },
  commandLine: (config, chosen, place) =>
    llamaServerCommand(config, chosen, { ...place, cores: readHost('/').usablePhysicalCores }),
  healthPath: '/health',
  openTokenizer: (server) =>
    openTokenizer('llama-server', server, {
      encodeBody: (content) => ({ content, add_special: true }),
      decodeBody: (tokens) => ({ tokens }),
      textKey: 'content',
    }),
  prompts: 'tokens',
  reusesConnections: false,
  requestFields,
  metricsPath: '/metrics',
  prefixCache,
  usesPrefixCache: ({ prefix_caching }) => prefix_caching,
  observe,
})

/** Its own words for what others call otherwise, and its defaults undone: top_k 40, penalties over 64 tokens alone. */
function requestFields(config: ExperimentConfig, chosen: LlamaServerOptions): Record<string, Json> {
  const { decoder, model } = config
  return {
    top_k: decoder.top_k,
    repeat_penalty: decoder.repetition_penalty,
    // All of the sequence, as elsewhere. Not more: it takes memory for as many (src/llama-sampler.cpp, ring_buffer).
    repeat_last_n: sequenceLength(config, chosen),
    cache_prompt: chosen.prefix_caching,
    ...(parseHubReference(model).kind === 'synthetic' ? { logit_bias: noPartialText } : {}),
  }
}

/**
 * Since it parses answers of completions too (`common_chat_peg_parse`, seen in build 7e4c0a9), text that is no UTF-8 ends in an
 * error: "does not match the expected Content-only format". Made-up weights would write such text.
 */
const noPartialText = partialTextIds.map((id) => [id, false])

/** It lists no setting that would tell: the same words go to the same slot twice, as requests do, and it counts what it reused. */
async function prefixCache(
  { url, signal }: EngineServer,
  { options: { prefix_caching } }: { options: LlamaServerOptions },
): Promise<PrefixCache> {
  const question = { prompt: 'The same words, twice.', n_predict: 1, id_slot: 0 }
  const ask = () =>
    askServer(`${url}/completion`, {
      body: { ...question, cache_prompt: prefix_caching },
      signal,
    })
  await ask()
  const second = await ask()
  const timings = isRecord(second) ? second['timings'] : null
  const reused = isRecord(timings) ? timings['cache_n'] : null
  return typeof reused === 'number'
    ? { isOn: reused > 0, facts: { 'timings.cache_n of a repeated prompt': reused } }
    : { isOn: null, facts: {} }
}

async function observe({ url, signal, log }: EngineServer): Promise<Observed> {
  const props = await askServer(`${url}/props`, { signal })
  const text = await log.tail()
  const {
    chat_template: _,
    default_generation_settings: defaults,
    ...rest
  } = isRecord(props) ? props : {}
  const build = rest['build_info']
  return {
    version: typeof build === 'string' ? build : null,
    settings: {
      properties: toJson(rest),
      context_per_sequence: isRecord(defaults) ? toJson(defaults['n_ctx'] ?? null) : null,
      system_info: /system_info: *(.*)/.exec(text)?.[1] ?? null,
      threads: Number(/n_threads = (\d+)/.exec(text)?.[1] ?? Number.NaN) || null,
    },
  }
}
