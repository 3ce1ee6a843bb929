/** What llama.cpp will hold in memory, from the outline of a model and the settings of the engine. Pure. */

import type { Forecast, ModelOutline } from '../../backend.ts'
import { tensorBytes } from '../models/tensorBytes.ts'

interface CacheSettings {
  /** Tokens that one sequence can hold. */
  contextSize: number
  sequences: number
  batchSize: number
  /** As GGUF names them. */
  kvTypeK: string
  kvTypeV: string
}

/** Null when the model is not known, or too little of it. */
export function forecastMemory(
  outline: ModelOutline | null,
  { contextSize, sequences, batchSize, kvTypeK, kvTypeV }: CacheSettings,
): Forecast['memory'] {
  if (outline === null) return null
  const { weightBytes, layerCount, cacheWidth, vocabularySize } = outline
  if (layerCount === null || cacheWidth === null || vocabularySize === null) return null
  const half = [(cacheWidth / 2) * layerCount * contextSize * sequences]
  const keyBytes = tensorBytes(kvTypeK, half)
  const valueBytes = tensorBytes(kvTypeV, half)
  if (keyBytes === null || valueBytes === null) return null
  // The scores of a whole batch, 4 bytes each, are the largest of the buffers (llama.cpp's "compute buffer size").
  const bufferBytes = 4 * batchSize * vocabularySize
  return { weightBytes, cacheBytes: keyBytes + valueBytes, bufferBytes }
}
