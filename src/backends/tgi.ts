/** Backend that starts Hugging Face's text-generation-launcher and streams from it. */

import { connectionCount, inFlightLimit } from '../config/loadConfig.ts'
import { isRecord, toJson } from '../core/json.ts'
import { warn } from '../core/warnings.ts'
import type { Backend } from './backend.ts'
import { openHubTokenizer } from './shared/models/openHubTokenizer.ts'
import { askServer } from './shared/server/askServer.ts'
import type { EngineRule } from './shared/server/checkRules.ts'
import {
  checkHubFiles,
  checkHubPrecision,
  loadHubOutline,
  resolveHubModel,
} from './shared/server/hubModel.ts'
import { loggedPrefixCache } from './shared/server/loggedPrefixCache.ts'
import { tooShort, unevenHeads } from './shared/server/modelRules.ts'
import { serverBackend } from './shared/server/serverBackend.ts'
import type { Observed } from './shared/server/serverEngine.ts'
import type { EngineServer } from './shared/server/startServer.ts'
import { unknownDecoding } from './shared/server/unknownDecoding.ts'
import { type TgiOptions, tgiCommand, tgiOptions } from './shared/tgi/tgiCommand.ts'

/** Read in the code of TGI 2 and of 3.3. */
const rules: readonly EngineRule<TgiOptions>[] = [
  {
    // launcher/src/main.rs: "`max_input_tokens` must be < `max_total_tokens`"
    holdsFor: '2.0 to 3.3',
    broken: ({ max_input_tokens: input, max_total_tokens: total }) =>
      input === undefined || total === undefined || input < total
        ? null
        : {
            key: 'max_input_tokens',
            message: `expected less than max_total_tokens ${total}, found ${input}`,
            hint: 'leave it out to have one less',
          },
  },
  {
    // launcher/src/main.rs: "`max_total_tokens` must be <= `max_batch_total_tokens`"
    holdsFor: '2.0 to 3.3',
    broken: ({ max_batch_total_tokens: batch, max_total_tokens: total }) =>
      batch === undefined || total === undefined || batch >= total
        ? null
        : {
            key: 'max_batch_total_tokens',
            message: `expected at least max_total_tokens ${total}, found ${batch}`,
            hint: 'leave it out to have what the memory allows',
          },
  },
  {
    // server/text_generation_server/cli.py: "Only 1 can be set between `dtype` and `quantize`", bitsandbytes excepted
    holdsFor: '2.0 to 3.3',
    broken: ({ quantize }, { precision }) =>
      quantize === undefined ||
      quantize.startsWith('bitsandbytes') ||
      precision === undefined ||
      precision === 'fp8'
        ? null
        : {
            key: 'quantize',
            message: `expected none with precision: ${precision}, found ${quantize}`,
            hint: 'remove one of them',
          },
  },
  {
    // launcher/src/main.rs: "Sharding is currently not supported with `exl2` quantization"
    holdsFor: '2.0 to 3.3',
    broken: ({ quantize, num_shard }) =>
      quantize !== 'exl2' || num_shard === 1
        ? null
        : {
            key: 'num_shard',
            message: `expected 1 with quantize: exl2, found ${num_shard}`,
            hint: 'leave it out',
          },
  },
  {
    // router/src/infer: "Model is overloaded", status 429
    holdsFor: '2.0 to 3.3',
    broken: ({ max_concurrent_requests: most }, config) =>
      most === undefined || most >= (inFlightLimit(config) ?? 1)
        ? null
        : {
            key: 'max_concurrent_requests',
            message: `expected at least the ${inFlightLimit(config)} requests that load has in flight, found ${most}`,
            hint: 'leave it out: more are refused, not queued',
          },
  },
  {
    // router/src/validation.rs answers a longer request with status 422.
    holdsFor: '2.0 to 3.3',
    broken: ({ max_total_tokens }, config) =>
      tooShort('max_total_tokens', max_total_tokens, config),
  },
  {
    // server/text_generation_server/models/custom_modeling: "`num_heads` must be divisible by `num_shards`"
    holdsFor: '2.0 to 3.3',
    broken: ({ num_shard }, config) => unevenHeads('num_shard', num_shard, config),
  },
]

export const backend: Backend<TgiOptions> = serverBackend<TgiOptions>({
  name: 'tgi',
  title: 'Text Generation Inference',
  docs: 'Starts the server of Hugging Face on the loopback interface and streams from it, most often in its own container, which is how it comes. It takes prompts as text and cannot be told to ignore the end-of-text token: with trained models answers may be shorter than max_output_tokens. Prefix caching is off unless asked for.',
  options: tgiOptions,
  image: 'ghcr.io/huggingface/text-generation-inference:3.3.6',
  program: 'text-generation-launcher',
  ownFlags: [
    '--model-id',
    '--hostname',
    '--port',
    '-p',
    '--api-key',
    '--usage-stats',
    '--ngrok-authtoken',
  ],
  rules,
  checkModel: (config) => [
    ...checkHubPrecision(config, ['fp8']),
    ...(config.precision === 'fp32'
      ? [{ path: ['precision'], message: 'expected fp16, bf16 or fp8 with tgi, found fp32' }]
      : []),
    // router/src/lib.rs, CompletionRequest
    ...unknownDecoding('tgi', config.decoder, ['top_k', 'min_p', 'min_new_tokens']),
  ],
  gpus: ({ num_shard }) => ({ least: num_shard, most: num_shard }),
  loadOutline: loadHubOutline,
  checkFiles: checkHubFiles,
  resolveModel: (config, _options, ctx) => resolveHubModel(config, 'safetensors', ctx),
  commandLine: (config, chosen, place) =>
    tgiCommand(config, chosen, { ...place, inFlight: connectionCount(config) }),
  environment: (_config, { prefix_caching, attention }, { port, sparePorts }) => ({
    // Where its parts meet, so that two of them can run side by side.
    SHARD_UDS_PATH: `/tmp/llem-tgi-${port}`,
    MASTER_PORT: String(sparePorts[0]),
    PROMETHEUS_PORT: String(sparePorts[1]),
    PREFIX_CACHING: prefix_caching ? '1' : '0',
    ...(attention === undefined ? {} : { ATTENTION: attention }),
  }),
  healthPath: '/health',
  openTokenizer: (_server, model, ctx) => openHubTokenizer(model, ctx),
  prompts: 'text',
  // It refuses a top_p of 1; null is off.
  requestFields: ({ decoder }) => ({ top_p: decoder.top_p < 1 ? decoder.top_p : null }),
  metricsPath: '/metrics',
  // Of the launcher, or of an older shard.
  prefixCache: ({ log }) => loggedPrefixCache(log, /prefix caching (?:= )?(true|false)/i),
  usesPrefixCache: ({ prefix_caching }) => prefix_caching,
  observe,
  // Its routes have no field for it; only its own benchmark sets `ignore_eos_token` (proto/v3/generate.proto).
  warnings: ({ decoder }) =>
    decoder.ignore_eos ? [warn('ENGINE_MAY_STOP', { backend: 'tgi' })] : [],
})

async function observe({ url, signal }: EngineServer): Promise<Observed> {
  const info = await askServer(`${url}/info`, { signal })
  if (!isRecord(info)) return { version: null, settings: {} }
  const { version } = info
  return {
    version: typeof version === 'string' ? version : null,
    settings: { info: toJson(info) },
  }
}
