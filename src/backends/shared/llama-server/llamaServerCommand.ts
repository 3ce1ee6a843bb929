/**
 * The command line of `llama-server`: flags and values checked against `common/arg.cpp` of llama.cpp at commit 0c1e57098 and
 * the help of b10434. Pure but for the number of cores, which its caller gives.
 */

import type { ExperimentConfig } from '../../../config/experimentConfig.ts'
import { inFlightLimit } from '../../../config/loadConfig.ts'
import { flagsOf } from '../server/flagsOf.ts'
import type { ServerPlace } from '../server/serverEngine.ts'
import type { LlamaServerOptions } from './llamaServerOptions.ts'

const flags = {
  gpu_layers: '--n-gpu-layers',
  batch_size: '--batch-size',
  ubatch_size: '--ubatch-size',
  cache_type_k: '--cache-type-k',
  cache_type_v: '--cache-type-v',
  continuous_batching: { on: '--cont-batching', off: '--no-cont-batching' },
  prefix_caching: { on: '--cache-prompt', off: '--no-cache-prompt' },
  split_mode: '--split-mode',
} as const

/** llama.cpp lays out its cache in cells of this many tokens. */
const contextStep = 256

/** Tokens that one sequence can hold. */
export function sequenceLength(
  { max_input_tokens, max_output_tokens }: ExperimentConfig,
  { context_size = max_input_tokens + max_output_tokens }: LlamaServerOptions,
): number {
  return Math.ceil(context_size / contextStep) * contextStep
}

export function llamaServerCommand(
  config: ExperimentConfig,
  chosen: LlamaServerOptions,
  place: ServerPlace & { cores: number },
): string[] {
  const { flash_attention, tensor_split, speculative } = chosen
  const parallel = chosen.parallel ?? inFlightLimit(config) ?? 1
  const flash = flash_attention === 'auto' ? 'auto' : flash_attention ? 'on' : 'off'
  return [
    ...['--model', place.model.path, '--alias', config.model],
    ...['--host', '127.0.0.1', '--port', String(place.port)],
    ...['--threads', String(chosen.threads ?? Math.max(1, Math.floor(place.cores)))],
    // Its context is shared out among the sequences.
    ...['--ctx-size', String(sequenceLength(config, chosen) * parallel)],
    ...['--parallel', String(parallel), '--no-kv-unified'],
    ...['--flash-attn', flash],
    // What a request does not say is neutral; nothing is kept of earlier prompts unless asked for.
    ...['--seed', String(config.random_seed), '--metrics', '--no-webui'],
    ...(chosen.prefix_caching ? [] : ['--cache-ram', '0']),
    ...flagsOf(chosen, flags),
    ...(tensor_split === undefined ? [] : ['--tensor-split', tensor_split.join(',')]),
    ...(speculative === undefined
      ? []
      : flagsOf(speculative, {
          type: '--spec-type',
          model: '--model-draft',
          max_tokens: '--spec-draft-n-max',
        })),
    ...chosen.extra_args,
  ]
}
