/** What the Python program is told when it opens a model. Pure. */

import type { ExperimentConfig } from '../../../config/experimentConfig.ts'
import type { PytorchOptions } from './pytorchOptions.ts'
import type { Command } from './wire.ts'

/** A model as Python loads it: a directory or a repository. */
export interface PythonModel {
  path: string
  /** Its weights are made up where they are used. */
  hasDummyWeights: boolean
  isSynthetic: boolean
}

interface Opening {
  config: ExperimentConfig
  options: PytorchOptions
  threads: number
  model: PythonModel
  assistant: PythonModel | null
}

export function openCommand({
  config,
  options,
  threads,
  model,
  assistant,
}: Opening): Extract<Command, { do: 'open' }> {
  const { precision, random_seed, decoder } = config
  return {
    do: 'open',
    path: model.path,
    isRandom: model.hasDummyWeights,
    dtype: precision ?? (model.isSynthetic ? 'fp16' : null),
    seed: random_seed,
    threads,
    device: options.device,
    deviceMap: options.device_map ?? null,
    maxMemory: options.max_memory ?? null,
    attention: options.attn_implementation ?? null,
    allowTf32: options.allow_tf32,
    quantization: quantizationOf(options),
    compile: compilationOf(options),
    trustRemoteCode: options.trust_remote_code,
    revision: options.revision ?? null,
    assistant: assistant?.path ?? null,
    assistantIsRandom: assistant?.hasDummyWeights ?? false,
    numAssistantTokens: options.num_assistant_tokens ?? null,
    numBeams: options.num_beams,
    temperature: decoder.temperature,
    topK: decoder.top_k,
    topP: decoder.top_p,
    minP: decoder.min_p,
    repetitionPenalty: decoder.repetition_penalty,
    minNewTokens: decoder.min_new_tokens,
    ignoreEos: decoder.ignore_eos,
    generation: generationOf(options),
  }
}

/** Arguments of BitsAndBytesConfig. */
function quantizationOf(options: PytorchOptions): Record<string, unknown> | null {
  const { load_in_4bit, load_in_8bit } = options
  if (load_in_8bit) return { load_in_8bit }
  if (!load_in_4bit) return null
  const { bnb_4bit_quant_type, bnb_4bit_compute_dtype, bnb_4bit_use_double_quant } = options
  return present({
    load_in_4bit,
    bnb_4bit_quant_type,
    bnb_4bit_compute_dtype,
    bnb_4bit_use_double_quant,
  })
}

/** Arguments of torch.compile. */
function compilationOf(options: PytorchOptions): Record<string, unknown> | null {
  const { torch_compile, torch_compile_mode, torch_compile_backend } = options
  if (!torch_compile) return null
  return present({ mode: torch_compile_mode, backend: torch_compile_backend })
}

/** Arguments of GenerationConfig that are the same for every batch. */
function generationOf(options: PytorchOptions): Record<string, unknown> {
  const { use_cache, cache_implementation, num_beams, early_stopping, length_penalty } = options
  const { no_repeat_ngram_size, prompt_lookup_num_tokens } = options
  return present({
    use_cache,
    cache_implementation,
    num_beams,
    early_stopping,
    length_penalty,
    no_repeat_ngram_size,
    prompt_lookup_num_tokens,
  })
}

function present(values: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined))
}
