/** Backend that starts NVIDIA's `trtllm-serve` and streams from it. */

import { isRecord } from '../core/json.ts'
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
import {
  configFile,
  type TensorrtOptions,
  tensorrtCommand,
  tensorrtConfig,
  tensorrtOptions,
} from './shared/tensorrt/tensorrtCommand.ts'

/** Read in the code of TensorRT-LLM between 1.2 and 1.3; see tensorrtCommand. */
const rules: readonly EngineRule<TensorrtOptions>[] = [
  {
    // tensorrt_llm/llmapi/llm.py, _check_arguments: "should not exceed max_num_tokens", status 400
    holdsFor: '1.0 to 1.3',
    broken: ({ max_num_tokens: tokens, enable_chunked_prefill }, { max_input_tokens }) =>
      tokens === undefined || enable_chunked_prefill || tokens >= max_input_tokens
        ? null
        : {
            key: 'max_num_tokens',
            message: `expected at least max_input_tokens ${max_input_tokens} without chunked prefill, found ${tokens}`,
            hint: 'raise it, or set enable_chunked_prefill: true',
          },
  },
  {
    // tensorrt_llm/llmapi/llm_args.py: "Draft model must be provided for EAGLE", "must be specified for DraftTarget"
    holdsFor: '1.2 to 1.3',
    broken: ({ speculative }) =>
      speculative === undefined ||
      speculative.speculative_model_dir !== undefined ||
      !/^(Eagle|Draft_Target)$/.test(speculative.decoding_type)
        ? null
        : {
            key: 'speculative',
            message: `expected a draft model for ${speculative.decoding_type}, found none`,
            hint: 'name its directory with speculative.speculative_model_dir, or use NGram',
          },
  },
  {
    // tensorrt_llm/llmapi/llm_args.py: "max_draft_len must be > 0 for"
    holdsFor: '1.2 to 1.3',
    broken: ({ speculative }) =>
      speculative === undefined ||
      speculative.max_draft_len !== undefined ||
      speculative.decoding_type === 'MTP'
        ? null
        : {
            key: 'speculative',
            message: `expected max_draft_len with ${speculative.decoding_type}, found none`,
            hint: 'set it',
          },
  },
  {
    // tensorrt_llm/llmapi/llm_args.py, supports_backend: "Speculation type ... does not support backend"
    holdsFor: '1.2 to 1.3',
    broken: ({ backend: flow, speculative }) =>
      speculative === undefined || (flowsOf[speculative.decoding_type] ?? [flow]).includes(flow)
        ? null
        : {
            key: 'speculative',
            message: `expected none with backend: ${flow}, found ${speculative.decoding_type}`,
            hint: 'use backend: pytorch',
          },
  },
  {
    // tensorrt_llm/llmapi/llm_args.py: a field of TorchLlmArgs alone; those of the other flow are strict.
    holdsFor: '1.0 to 1.3',
    broken: ({ backend: flow, attn_backend }) =>
      flow !== 'tensorrt' || attn_backend === undefined
        ? null
        : {
            key: 'attn_backend',
            message: `expected none with backend: tensorrt, found ${attn_backend}`,
            hint: 'leave it out, or use backend: pytorch',
          },
  },
  {
    // tensorrt_llm/llmapi/llm_args.py, KvCacheConfig.dtype: "only for the Pytorch backend"
    holdsFor: '1.0 to 1.3',
    broken: ({ backend: flow, kv_cache_dtype }) =>
      flow !== 'tensorrt' || kv_cache_dtype === 'auto'
        ? null
        : {
            key: 'kv_cache_dtype',
            message: `expected auto with backend: tensorrt, found ${kv_cache_dtype}`,
            hint: 'leave it out, or use backend: pytorch',
          },
  },
  {
    // tensorrt_llm/executor/base_worker.py, _deduce_max_tokens: the request is refused, or its answer made shorter
    holdsFor: '1.0 to 1.3',
    broken: ({ max_seq_len }, config) => tooShort('max_seq_len', max_seq_len, config),
  },
  {
    // tensorrt_llm/_torch/modules/attention.py: the heads are divided by the size of the group.
    holdsFor: '1.0 to 1.3',
    broken: ({ tensor_parallel_size }, config) =>
      unevenHeads('tensor_parallel_size', tensor_parallel_size, config),
  },
]

/** Flows that know a way of guessing; all do where it is not named here. */
const flowsOf: Readonly<Record<string, readonly TensorrtOptions['backend'][]>> = {
  NGram: ['pytorch'],
  MTP: ['pytorch'],
  Draft_Target: ['pytorch', '_autodeploy'],
}

export const backend: Backend<TensorrtOptions> = serverBackend<TensorrtOptions>({
  name: 'tensorrt',
  title: 'TensorRT-LLM',
  docs: "Starts NVIDIA's trtllm-serve on the loopback interface and streams from it. Models are directories of Hugging Face form, repositories of the hub (hf:org/repo), directories with a built engine, or synthetic ones. Its tokenizer is read from the files of the model. Block reuse is off unless asked for.",
  options: tensorrtOptions,
  image: 'nvcr.io/nvidia/tensorrt-llm/release:1.2.1',
  program: 'trtllm-serve',
  install: 'pip install tensorrt-llm',
  ownFlags: ['--host', '--port', '--config', '--extra_llm_api_options'],
  rules,
  checkModel: (config) => checkHubPrecision(config, []),
  gpus({ tensor_parallel_size, pipeline_parallel_size }) {
    const devices = tensor_parallel_size * pipeline_parallel_size
    return { least: devices, most: devices }
  },
  loadOutline: loadHubOutline,
  checkFiles: checkHubFiles,
  resolveModel: (config, { backend: flow }, ctx) =>
    resolveHubModel(config, flow === 'pytorch' ? 'none' : 'safetensors', ctx),
  commandLine: tensorrtCommand,
  files: (config, chosen) => ({ [configFile]: tensorrtConfig(config, chosen) }),
  healthPath: '/health',
  openTokenizer: (_server, model, ctx) => openHubTokenizer(model, ctx),
  prompts: 'tokens',
  prefixCache: ({ log }) => loggedPrefixCache(log, /enable_block_reuse=(True|False)/),
  usesPrefixCache: ({ prefix_caching }) => prefix_caching,
  observe,
})

async function observe({ url, signal, log }: EngineServer): Promise<Observed> {
  const answer = await askServer(`${url}/version`, { signal })
  const version = isRecord(answer) ? answer['version'] : null
  // It tells its configuration nowhere but in its log: _torch/pyexecutor/py_executor_creator.py, "LLM Args:".
  const told = /LLM Args:\s*(.*)/.exec(await log.tail())?.[1] ?? null
  return {
    version: typeof version === 'string' ? version : null,
    settings: { llm_args: told },
  }
}
