/** The JSON body of one request to an OpenAI-compatible server. Pure: the same request gives the same bytes. */

import type { DecoderConfig } from '../../../config/decoder.ts'
import type { Json } from '../../../core/json.ts'
import type { GenerateRequest } from '../../backend.ts'

export interface BodyOptions {
  kind: 'completions' | 'chat'
  /** `text` for an engine that takes no token ids. Absent: token ids where we have them. */
  prompts?: 'tokens' | 'text'
  /** The model's name as the server knows it. */
  model: string
  decoder: DecoderConfig
  /** `all`: with the fields that engines added to OpenAI's; `standard`: those of OpenAI's reference alone. */
  fields: 'all' | 'standard'
  /** Fields of one engine; they win over ours. Sent with `all` only. */
  extraFields: Readonly<Record<string, Json>>
}

type Fields = Record<string, unknown>

/** The body, ready to be sent. */
export function buildRequestBody(request: GenerateRequest, options: BodyOptions): Buffer {
  return Buffer.from(JSON.stringify(requestFields(request, options)))
}

/** Names of the fields that `standard` leaves out. */
export function fieldsBeyondStandard(options: Omit<BodyOptions, 'fields'>): string[] {
  return [
    'stream_options.continuous_usage_stats',
    ...Object.keys({ ...engineFields(options.decoder), ...options.extraFields }),
  ].sort()
}

function requestFields(request: GenerateRequest, options: BodyOptions): Fields {
  const { model, decoder, fields, extraFields } = options
  const standard: Fields = {
    model,
    ...promptFields(request, options),
    max_tokens: request.maxOutputTokens,
    temperature: decoder.temperature,
    top_p: decoder.top_p,
    seed: request.seed,
    stream: true,
    stream_options: { include_usage: true },
  }
  if (fields === 'standard') return standard
  return {
    ...standard,
    // Every chunk then carries the tokens so far: the only exact count under speculation.
    stream_options: { include_usage: true, continuous_usage_stats: true },
    ...engineFields(decoder),
    ...extraFields,
  }
}

/** Token ids where we have them, so that every engine gets the same prompt token for token; else text. */
function promptFields(request: GenerateRequest, { kind, prompts }: BodyOptions): Fields {
  if (kind === 'chat') return { messages: [{ role: 'user', content: request.prompt }] }
  if (prompts === 'text') return { prompt: request.prompt }
  return { prompt: request.promptTokens ?? request.prompt }
}

/**
 * Fields of vLLM, SGLang, TensorRT-LLM and llama.cpp. The neutral values are sent too: without them a server may take others
 * from the model's generation_config.json (vLLM: `--generation-config auto`). `top_k` is not: engines disagree on what is off.
 */
function engineFields(decoder: DecoderConfig): Fields {
  return {
    min_p: decoder.min_p,
    repetition_penalty: decoder.repetition_penalty,
    ignore_eos: decoder.ignore_eos,
    ...(decoder.top_k > 0 ? { top_k: decoder.top_k } : {}),
    ...(decoder.min_new_tokens > 0 ? { min_tokens: decoder.min_new_tokens } : {}),
  }
}
