/** Model facts from the header of a GGUF file: exact counts from its tensor list. */

import type { ModelFacts } from '../../backend.ts'
import { elementCount } from './planTensors.ts'
import type { GgufFile, TensorFacts } from './readGguf.ts'

export function ggufFacts(name: string, { metadata, tensors }: GgufFile): ModelFacts {
  const architecture = stringOf(metadata['general.architecture']) ?? 'unknown'
  const field = (key: string): number | null => numberOf(metadata[`${architecture}.${key}`])
  const headCount = field('attention.head_count')
  const hiddenSize = field('embedding_length')
  const headSize =
    field('attention.key_length') ??
    (hiddenSize === null || headCount === null ? null : hiddenSize / headCount)
  // Without grouped queries a file may leave it out; one that differs by layer (a list) is not known.
  const isGrouped = `${architecture}.attention.head_count_kv` in metadata
  const cacheHeads = isGrouped ? field('attention.head_count_kv') : headCount
  const expertCount = field('expert_count') ?? 0
  const expertShare =
    expertCount > 0 ? (field('expert_used_count') ?? expertCount) / expertCount : 1
  return {
    name,
    architecture,
    parameterCount: sum(tensors.map(({ dimensions }) => elementCount(dimensions))),
    activeParameterCount: activeParameters(tensors, expertShare),
    layerCount: field('block_count'),
    attentionWidth: headCount === null || headSize === null ? null : headCount * headSize,
    cacheWidth:
      cacheHeads === null || headSize === null
        ? null
        : cacheHeads * (headSize + (field('attention.value_length') ?? headSize)),
    weightType: commonestType(tensors),
    weightBytes: sum(tensors.map(({ byteLength }) => byteLength)),
    weights: metadata['llenergymeasure.weights'] === 'random' ? 'random' : 'trained',
    contextLength: field('context_length'),
  }
}

/**
 * Weights of the matrix products of one token. Tables that are only looked up do not count, but the input embeddings do
 * when there is no output matrix of their own, for then they are it. Of experts the share that is active counts.
 */
function activeParameters(tensors: readonly TensorFacts[], expertShare: number): number {
  const hasOutput = tensors.some(({ name }) => name === 'output.weight')
  const isTable = (name: string): boolean =>
    (name === 'token_embd.weight' && hasOutput) ||
    /^(position|token_types|per_layer_token)_/.test(name)
  const matrices = tensors.filter(({ name, dimensions }) => dimensions.length > 1 && !isTable(name))
  const counts = matrices.map(
    ({ name, dimensions }) =>
      elementCount(dimensions) * (name.includes('_exps.') ? expertShare : 1),
  )
  return Math.round(sum(counts))
}

/** The type that holds most of the weights. */
function commonestType(tensors: readonly TensorFacts[]): string {
  const weightsByType = new Map<string, number>()
  for (const { typeName, dimensions } of tensors) {
    weightsByType.set(typeName, (weightsByType.get(typeName) ?? 0) + elementCount(dimensions))
  }
  const [most] = [...weightsByType].sort(([, a], [, b]) => b - a)
  return most?.[0] ?? 'unknown'
}

/** A count; null for one that differs by layer (a list) or is not stated. */
function numberOf(value: unknown): number | null {
  if (typeof value === 'bigint') return Number(value)
  return typeof value === 'number' ? value : null
}

const stringOf = (value: unknown): string | null => (typeof value === 'string' ? value : null)
const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0)
