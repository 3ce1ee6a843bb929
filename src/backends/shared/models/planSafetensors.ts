/** A synthetic model as one `model.safetensors`, before it is written: the tensors of its GGUF file by Hugging Face's names. */

import { elementCount, planTensors } from './planTensors.ts'
import { findShape } from './syntheticFacts.ts'
import { packedBytes, type WeightFormat, weightFormats } from './weightFormats.ts'
import type { TensorFile } from './writeSynthetic.ts'

/** Types of weights that a model directory can hold; quantized ones are made by the engine that loads it. */
export type HubDtype = 'fp32' | 'fp16' | 'bf16'

/** What `synthetic/<shape>` is in a type of weights; nothing is written. Norms and biases have that type too. */
export function planSafetensors(model: string, dtype: HubDtype): TensorFile {
  const format = formatOf(dtype)
  const tensors = planTensors(findShape(model)).map(({ name, dimensions, content }) => ({
    name: hubName(name),
    // Safetensors has the outermost dimension first.
    shape: dimensions.toReversed(),
    content,
    byteLength: packedBytes(format, elementCount(dimensions)),
  }))
  const header = encodeHeader(tensors, format.typeName)
  const fileBytes = tensors.reduce((sum, { byteLength }) => sum + byteLength, header.length)
  return { name: model, format, constantFormat: format, tensors, header, fileBytes }
}

function formatOf(dtype: HubDtype): WeightFormat {
  const format = weightFormats[dtype]
  if (format === undefined) throw new Error(`no format for ${dtype}`)
  return format
}

interface NamedTensor {
  name: string
  shape: readonly number[]
  byteLength: number
}

/** Length of what follows, then JSON that places each tensor in the bytes behind it (the format page of safetensors). */
function encodeHeader(tensors: readonly NamedTensor[], dtype: string): Buffer {
  let offset = 0
  const places = tensors.map(({ name, shape, byteLength }) => {
    const start = offset
    offset += byteLength
    return [name, { dtype, shape, data_offsets: [start, offset] }] as const
  })
  // `format` tells transformers how to read them.
  const text = JSON.stringify({ __metadata__: { format: 'pt' }, ...Object.fromEntries(places) })
  const bytes = Buffer.from(text.padEnd(Math.ceil(text.length / alignmentBytes) * alignmentBytes))
  const length = Buffer.alloc(8)
  length.writeBigUInt64LE(BigInt(bytes.length))
  return Buffer.concat([length, bytes])
}

/** The tensors begin at a multiple of this, as the library that writes such files has it. */
const alignmentBytes = 8

/** llama.cpp's names of the tensors of a layer, and those of transformers (`modeling_llama.py` and its kin). */
const layerNames: Readonly<Record<string, string>> = {
  attn_norm: 'input_layernorm',
  attn_q: 'self_attn.q_proj',
  attn_k: 'self_attn.k_proj',
  attn_v: 'self_attn.v_proj',
  attn_q_norm: 'self_attn.q_norm',
  attn_k_norm: 'self_attn.k_norm',
  attn_output: 'self_attn.o_proj',
  ffn_norm: 'post_attention_layernorm',
  ffn_gate: 'mlp.gate_proj',
  ffn_up: 'mlp.up_proj',
  ffn_down: 'mlp.down_proj',
}

const otherNames: Readonly<Record<string, string>> = {
  token_embd: 'model.embed_tokens',
  output_norm: 'model.norm',
  output: 'lm_head',
}

/** `blk.0.attn_q.weight` is `model.layers.0.self_attn.q_proj.weight`. */
function hubName(name: string): string {
  const [, layer, part = '', kind] = /^(?:blk\.(\d+)\.)?(\w+)\.(weight|bias)$/.exec(name) ?? []
  const known = layer === undefined ? otherNames[part] : layerNames[part]
  if (known === undefined) throw new Error(`no name for the tensor ${name}`)
  return `${layer === undefined ? '' : `model.layers.${layer}.`}${known}.${kind}`
}
