/** What is known of a GGUF model before it is loaded or downloaded, for the plan of a study. */

import { basename, resolve } from 'node:path'
import type { ExperimentConfig } from '../../../config/experimentConfig.ts'
import type { ModelOutline } from '../../backend.ts'
import { ggufFacts } from './ggufFacts.ts'
import { planSynthetic } from './planSynthetic.ts'
import { type GgufFile, readGguf } from './readGguf.ts'
import { shapes } from './shapes.ts'

/** Null for a model that is on the hub, and for one that cannot be read: the run will say why. */
export async function loadOutline(
  model: string,
  precision: ExperimentConfig['precision'],
): Promise<ModelOutline | null> {
  if (model.startsWith('synthetic/')) return syntheticOutline(model, precision ?? 'fp16')
  if (model.startsWith('hf:')) return null
  const file = await readGguf(resolve(model)).catch(() => null)
  return file === null ? null : fileOutline(basename(model), file)
}

function syntheticOutline(
  model: string,
  precision: NonNullable<ExperimentConfig['precision']>,
): ModelOutline | null {
  const shape = shapes[model.slice('synthetic/'.length)]
  if (shape === undefined) return null
  return {
    weightBytes: planSynthetic(model, precision).facts.weightBytes,
    layerCount: shape.layerCount,
    cacheWidth: 2 * shape.kvHeadCount * shape.headSize,
    vocabularySize: shape.vocabularySize,
  }
}

function fileOutline(name: string, file: GgufFile): ModelOutline {
  const { weightBytes, layerCount, architecture } = ggufFacts(name, file)
  const field = (key: string): number | null => countOf(file.metadata[`${architecture}.${key}`])
  const headCount = field('attention.head_count')
  const kvHeadCount = field('attention.head_count_kv') ?? headCount
  const hiddenSize = field('embedding_length')
  const headSize = hiddenSize === null || headCount === null ? null : hiddenSize / headCount
  const keySize = field('attention.key_length') ?? headSize
  const valueSize = field('attention.value_length') ?? headSize
  const tokens = file.metadata['tokenizer.ggml.tokens']
  return {
    weightBytes,
    layerCount,
    cacheWidth:
      kvHeadCount === null || keySize === null || valueSize === null
        ? null
        : kvHeadCount * (keySize + valueSize),
    vocabularySize: Array.isArray(tokens) ? tokens.length : field('vocab_size'),
  }
}

/** Null for a count that differs by layer (a list) or is not stated. */
function countOf(value: unknown): number | null {
  if (typeof value === 'bigint') return Number(value)
  return typeof value === 'number' ? value : null
}
