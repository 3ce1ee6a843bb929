/** Model facts of a directory of Hugging Face's form: dimensions from config.json, exact counts from its safetensors. */

import { open, readdir } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { z } from 'zod'
import { AppError, messageOf } from '../../../core/errors.ts'
import { readJson } from '../../../core/files.ts'
import { formatBytes } from '../../../core/units.ts'
import type { ModelFacts } from '../../backend.ts'
import { elementCount } from './planTensors.ts'

/** What we read of config.json; models that see or hear keep the part of the text apart. */
const textConfig = z.looseObject({
  num_hidden_layers: z.number().nullish(),
  num_attention_heads: z.number().nullish(),
  num_key_value_heads: z.number().nullish(),
  hidden_size: z.number().nullish(),
  head_dim: z.number().nullish(),
  max_position_embeddings: z.number().nullish(),
  num_experts_per_tok: z.number().nullish(),
  num_experts: z.number().nullish(),
  num_local_experts: z.number().nullish(),
})
const configSchema = textConfig.extend({
  model_type: z.string().default('unknown'),
  quantization_config: z.unknown().optional(),
  text_config: textConfig.optional(),
})

const tensorSchema = z.object({
  dtype: z.string(),
  shape: z.array(z.number()),
  data_offsets: z.tuple([z.number(), z.number()]),
})
const headerSchema = z
  .looseObject({ __metadata__: z.unknown().optional() })
  .transform(({ __metadata__, ...tensors }) => tensors)
  .pipe(z.record(z.string(), tensorSchema))

interface Tensor extends z.infer<typeof tensorSchema> {
  name: string
}

/** Null when its weights are quantized (several then share one number) or not in safetensors. */
export async function readHubFacts(directory: string): Promise<ModelFacts | null> {
  const config = await readJson(join(directory, 'config.json'), configSchema)
  const names = (await readdir(directory)).filter((name) => name.endsWith('.safetensors'))
  if (names.length === 0 || config.quantization_config !== undefined) return null
  const files = await Promise.all(names.map((name) => readHeader(join(directory, name))))
  return factsOf(basename(directory), config, files.flat())
}

function factsOf(
  name: string,
  config: z.infer<typeof configSchema>,
  tensors: readonly Tensor[],
): ModelFacts {
  const text = config.text_config ?? config
  const heads = text.num_attention_heads ?? null
  const cacheHeads = text.num_key_value_heads ?? heads
  const hidden = text.hidden_size ?? null
  const headSize = text.head_dim ?? (heads === null || hidden === null ? null : hidden / heads)
  const experts = text.num_local_experts ?? text.num_experts ?? null
  const expertShare = experts === null ? 1 : (text.num_experts_per_tok ?? experts) / experts
  return {
    name,
    architecture: config.model_type,
    parameterCount: sum(tensors.map(({ shape }) => elementCount(shape))),
    activeParameterCount: activeParameters(tensors, expertShare),
    layerCount: text.num_hidden_layers ?? null,
    attentionWidth: heads === null || headSize === null ? null : heads * headSize,
    cacheWidth: cacheHeads === null || headSize === null ? null : 2 * cacheHeads * headSize,
    weightType: commonestType(tensors),
    weightBytes: sum(tensors.map(({ data_offsets: [start, end] }) => end - start)),
    weights: 'trained',
    contextLength: text.max_position_embeddings ?? null,
  }
}

/** Weights of the matrix products of one token: the input table counts only when it is the output matrix too. */
function activeParameters(tensors: readonly Tensor[], expertShare: number): number {
  const hasOutput = tensors.some(({ name }) => /(^|\.)(lm_head|embed_out)\.weight$/.test(name))
  const isTable = (name: string): boolean =>
    hasOutput && /(^|\.)(embed_tokens|wte|embed_in|word_embeddings)\.weight$/.test(name)
  const counts = tensors
    .filter(({ name, shape }) => shape.length > 1 && !isTable(name))
    .map(({ name, shape }) => elementCount(shape) * (name.includes('.experts.') ? expertShare : 1))
  return Math.round(sum(counts))
}

function commonestType(tensors: readonly Tensor[]): string {
  const countByType = new Map<string, number>()
  for (const { dtype, shape } of tensors) {
    countByType.set(dtype, (countByType.get(dtype) ?? 0) + elementCount(shape))
  }
  const [most] = [...countByType].sort(([, a], [, b]) => b - a)
  return most?.[0] ?? 'unknown'
}

/** The largest header that the safetensors library reads (`MAX_HEADER_SIZE`). */
const longestHeaderBytes = 100_000_000

async function readHeader(path: string): Promise<Tensor[]> {
  const file = await open(path)
  try {
    const length = Buffer.alloc(8)
    await file.read(length, 0, 8, 0)
    const headerBytes = Number(length.readBigUInt64LE())
    if (headerBytes > longestHeaderBytes) throw new Error('it does not begin with a header')
    const text = Buffer.alloc(headerBytes)
    await file.read(text, 0, headerBytes, 8)
    const tensors = headerSchema.parse(JSON.parse(text.toString()))
    const ends = Object.values(tensors).map(({ data_offsets: [, end] }) => end)
    const missingBytes = 8 + headerBytes + Math.max(0, ...ends) - (await file.stat()).size
    if (missingBytes > 0) throw new Error(`it is ${formatBytes(missingBytes)} too short`)
    return Object.entries(tensors).map(([name, tensor]) => ({ name, ...tensor }))
  } catch (cause) {
    const hint = `Delete it and fetch it again: rm '${path}'`
    const data = { model: path, cause: messageOf(cause), hint }
    throw new AppError('MODEL_DIRECTORY_UNUSABLE', data, { cause })
  } finally {
    await file.close()
  }
}

const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0)
