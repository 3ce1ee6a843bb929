/** Backend that starts Ollama's server and streams from it. */

import type { ExperimentConfig } from '../config/experimentConfig.ts'
import { inFlightLimit } from '../config/loadConfig.ts'
import { isRecord, type Json, toJson } from '../core/json.ts'
import type { Problem } from '../core/problem.ts'
import { warn } from '../core/warnings.ts'
import type { Backend, PrefixCache } from './backend.ts'
import { checkModel } from './shared/models/checkModel.ts'
import { loadOutline } from './shared/models/loadOutline.ts'
import { checkGguf, resolveGguf } from './shared/models/resolveGguf.ts'
import { loadOllamaModel } from './shared/ollama/loadOllamaModel.ts'
import { contextLength, ollamaEnvironment } from './shared/ollama/ollamaEnvironment.ts'
import { type OllamaOptions, ollamaOptions } from './shared/ollama/ollamaOptions.ts'
import { askServer } from './shared/server/askServer.ts'
import type { EngineRule } from './shared/server/checkRules.ts'
import { tooShort } from './shared/server/modelRules.ts'
import { serverBackend } from './shared/server/serverBackend.ts'
import type { Observed } from './shared/server/serverEngine.ts'
import type { EngineServer } from './shared/server/startServer.ts'
import { unknownDecoding } from './shared/server/unknownDecoding.ts'

const rules: readonly EngineRule<OllamaOptions>[] = [
  {
    // llm/server.go: "OLLAMA_FLASH_ATTENTION must be enabled to use a quantized OLLAMA_KV_CACHE_TYPE"
    holdsFor: '0.5 and later',
    broken: ({ flash_attention, kv_cache_type }) =>
      kv_cache_type === undefined || kv_cache_type === 'f16' || flash_attention === true
        ? null
        : {
            key: 'kv_cache_type',
            message: `expected f16 without flash_attention: true, found ${kv_cache_type}`,
            hint: 'Ollama says so in its log and takes f16: set flash_attention: true',
          },
  },
  {
    // It cuts off the beginning of a longer prompt.
    holdsFor: 'all versions',
    broken: (chosen, config) => tooShort('context_length', contextLength(config, chosen), config),
  },
  {
    // envconfig/config.go, OLLAMA_NUM_PARALLEL: more requests than that wait
    holdsFor: '0.2 and later',
    broken: ({ num_parallel }, config) =>
      num_parallel !== undefined || inFlightLimit(config) !== null
        ? null
        : {
            key: 'num_parallel',
            message: `expected a number with load.mode: ${config.load.mode}, found none`,
            hint: 'set it, or load.max_concurrency',
          },
  },
]

export const backend: Backend<OllamaOptions> = serverBackend<OllamaOptions>({
  name: 'ollama',
  title: 'Ollama',
  docs: 'Starts the server of Ollama on the loopback interface and streams from it. Models are names of its library (llama3.2:1b), GGUF files, GGUF repositories of the hub (hf:org/repo:quant) or synthetic ones; prompts go without the template of the model. It cannot be told to ignore the end-of-text token, and it keeps the cache of its last prompts: distinct prompts, which are the default, make that harmless.',
  options: ollamaOptions,
  image: 'ollama/ollama:latest',
  program: 'ollama',
  install: 'curl -fsSL https://ollama.com/install.sh | sh',
  ownFlags: [],
  rules,
  checkModel: checkOllamaModel,
  gpus: ({ gpu_layers }) => ({ least: 0, most: gpu_layers === 0 ? 0 : null }),
  async loadOutline(model, precision) {
    return isLibraryName(model) ? null : loadOutline(model, precision)
  },
  checkFiles: (config, _options, directory) => checkGguf(config, directory),
  async resolveModel({ model, precision, random_seed }, _options, ctx) {
    if (isLibraryName(model)) {
      return { path: model, facts: null, hasDummyWeights: false, isRemote: true }
    }
    const resolved = await resolveGguf({ model, precision, seed: random_seed, ctx })
    return { ...resolved, hasDummyWeights: false, isRemote: false }
  },
  commandLine: (_config, { extra_args }) => ['serve', ...extra_args],
  environment: ollamaEnvironment,
  healthPath: '/',
  loadModel: loadOllamaModel,
  prompts: 'text',
  prefixCache,
  observe,
  // Neither api/types.go nor openai/openai.go has a field for it: https://github.com/ollama/ollama/issues/12065
  warnings: ({ decoder }) =>
    decoder.ignore_eos ? [warn('ENGINE_MAY_STOP', { backend: 'ollama' })] : [],
})

/** Of its library: `name`, `name:tag` or `user/name:tag`. */
const isLibraryName = (model: string): boolean =>
  /^[\w.-]+(\/[\w.-]+)?(:[\w.-]+)?$/.test(model) && !/^(synthetic\/|hf:)|\.gguf$/.test(model)

function checkOllamaModel({ model, precision, decoder }: ExperimentConfig): Problem[] {
  const decoding = unknownDecoding('ollama', decoder, ['min_new_tokens'])
  if (!isLibraryName(model)) return [...checkModel(model, precision), ...decoding]
  if (precision === undefined) return decoding
  const message = `expected none for a model of Ollama's library, found ${precision}`
  const hint = 'name it with the tag: llama3.2:1b-instruct-q8_0'
  return [{ path: ['precision'], message, hint }, ...decoding]
}

/** Versions that count only what they computed give themselves away; others do not tell. */
async function prefixCache(
  { url, signal }: EngineServer,
  { model }: { model: string },
): Promise<PrefixCache> {
  const question = {
    model,
    prompt: 'The same words, twice.',
    raw: true,
    stream: false,
    options: { num_predict: 1 },
  }
  const count = async (): Promise<number | null> => {
    const answer = await askServer(`${url}/api/generate`, { body: question, signal })
    if (!isRecord(answer)) return null
    const counted = answer['prompt_eval_count'] ?? 0
    return typeof counted === 'number' ? counted : null
  }
  const [first, second] = [await count(), await count()]
  if (first === null || second === null) return { isOn: null, facts: {} }
  const facts = { 'prompt_eval_count of a repeated prompt': [first, second] }
  return { isOn: second < first ? true : null, facts }
}

async function observe({ url, signal }: EngineServer, model: string): Promise<Observed> {
  const [version, running, shown] = await Promise.all([
    askServer(`${url}/api/version`, { signal }),
    askServer(`${url}/api/ps`, { signal }),
    askServer(`${url}/api/show`, { body: { model }, signal }),
  ])
  const said = isRecord(version) ? version['version'] : null
  const part = (key: string): Json => (isRecord(shown) ? toJson(shown[key] ?? null) : null)
  return {
    version: typeof said === 'string' ? said : null,
    settings: {
      running: toJson(running),
      parameters: part('parameters'),
      details: part('details'),
    },
  }
}
