/**
 * Dimensions of known models, for synthetic weights: what an architecture costs depends on these alone. Those of real models
 * were compared number by number with the table of litgpt (`litgpt/config.py`), made from the same files by others.
 */

export interface ModelShape {
  /** Decides which tensors there are; the names are llama.cpp's. */
  architecture: 'llama' | 'qwen2' | 'qwen3'
  /** Where the numbers come from. */
  source: string
  hiddenSize: number
  layerCount: number
  headCount: number
  kvHeadCount: number
  headSize: number
  intermediateSize: number
  vocabularySize: number
  /** True when the output matrix is the input embedding table. */
  hasTiedEmbeddings: boolean
  ropeTheta: number
  normEpsilon: number
  contextLength: number
}

const llama3 = {
  architecture: 'llama',
  vocabularySize: 128_256,
  ropeTheta: 500_000,
  normEpsilon: 1e-5,
  contextLength: 131_072,
} as const
const smollm2 = {
  architecture: 'llama',
  headSize: 64,
  vocabularySize: 49_152,
  hasTiedEmbeddings: true,
  normEpsilon: 1e-5,
  contextLength: 8192,
} as const
const qwen25 = { architecture: 'qwen2', ropeTheta: 1e6, normEpsilon: 1e-6 } as const
const qwen3 = {
  architecture: 'qwen3',
  headSize: 128,
  kvHeadCount: 8,
  vocabularySize: 151_936,
  ropeTheta: 1e6,
  normEpsilon: 1e-6,
  contextLength: 40_960,
} as const

/** Every synthetic shape by name, small to large within a family. */
export const shapes: Readonly<Record<string, ModelShape>> = {
  tiny: {
    architecture: 'llama',
    source: 'made up here: small enough for tests',
    hiddenSize: 128,
    layerCount: 2,
    headCount: 4,
    kvHeadCount: 2,
    headSize: 32,
    intermediateSize: 256,
    vocabularySize: 512,
    hasTiedEmbeddings: true,
    ropeTheta: 10_000,
    normEpsilon: 1e-5,
    contextLength: 4096,
  },
  'llama-25m': {
    architecture: 'llama',
    source: 'made up here: the proportions of Llama 2 at 25 million parameters',
    hiddenSize: 384,
    layerCount: 7,
    headCount: 6,
    kvHeadCount: 6,
    headSize: 64,
    intermediateSize: 1024,
    vocabularySize: 32_000,
    hasTiedEmbeddings: true,
    ropeTheta: 10_000,
    normEpsilon: 1e-5,
    contextLength: 4096,
  },
  'smollm2-135m': {
    ...smollm2,
    source: 'config.json of HuggingFaceTB/SmolLM2-135M',
    hiddenSize: 576,
    layerCount: 30,
    headCount: 9,
    kvHeadCount: 3,
    intermediateSize: 1536,
    ropeTheta: 100_000,
  },
  'smollm2-360m': {
    ...smollm2,
    source: 'config.json of HuggingFaceTB/SmolLM2-360M',
    hiddenSize: 960,
    layerCount: 32,
    headCount: 15,
    kvHeadCount: 5,
    intermediateSize: 2560,
    ropeTheta: 100_000,
  },
  'smollm2-1.7b': {
    ...smollm2,
    source: 'config.json of HuggingFaceTB/SmolLM2-1.7B',
    hiddenSize: 2048,
    layerCount: 24,
    headCount: 32,
    kvHeadCount: 32,
    intermediateSize: 8192,
    ropeTheta: 130_000,
  },
  'tinyllama-1.1b': {
    architecture: 'llama',
    source: 'config.json of TinyLlama/TinyLlama-1.1B-Chat-v1.0',
    hiddenSize: 2048,
    layerCount: 22,
    headCount: 32,
    kvHeadCount: 4,
    headSize: 64,
    intermediateSize: 5632,
    vocabularySize: 32_000,
    hasTiedEmbeddings: false,
    ropeTheta: 10_000,
    normEpsilon: 1e-5,
    contextLength: 2048,
  },
  'llama-3.2-1b': {
    ...llama3,
    source: 'config.json of meta-llama/Llama-3.2-1B',
    hiddenSize: 2048,
    layerCount: 16,
    headCount: 32,
    kvHeadCount: 8,
    headSize: 64,
    intermediateSize: 8192,
    hasTiedEmbeddings: true,
  },
  'llama-3.2-3b': {
    ...llama3,
    source: 'config.json of meta-llama/Llama-3.2-3B',
    hiddenSize: 3072,
    layerCount: 28,
    headCount: 24,
    kvHeadCount: 8,
    headSize: 128,
    intermediateSize: 8192,
    hasTiedEmbeddings: true,
  },
  'llama-3.1-8b': {
    ...llama3,
    source: 'config.json of meta-llama/Llama-3.1-8B',
    hiddenSize: 4096,
    layerCount: 32,
    headCount: 32,
    kvHeadCount: 8,
    headSize: 128,
    intermediateSize: 14_336,
    hasTiedEmbeddings: false,
  },
  'llama-3.1-70b': {
    ...llama3,
    source: 'config.json of meta-llama/Llama-3.1-70B',
    hiddenSize: 8192,
    layerCount: 80,
    headCount: 64,
    kvHeadCount: 8,
    headSize: 128,
    intermediateSize: 28_672,
    hasTiedEmbeddings: false,
  },
  'mistral-7b': {
    architecture: 'llama',
    source: 'config.json of mistralai/Mistral-7B-v0.3',
    hiddenSize: 4096,
    layerCount: 32,
    headCount: 32,
    kvHeadCount: 8,
    headSize: 128,
    intermediateSize: 14_336,
    vocabularySize: 32_768,
    hasTiedEmbeddings: false,
    ropeTheta: 1e6,
    normEpsilon: 1e-5,
    contextLength: 32_768,
  },
  'qwen2.5-0.5b': {
    ...qwen25,
    source: 'config.json of Qwen/Qwen2.5-0.5B',
    hiddenSize: 896,
    layerCount: 24,
    headCount: 14,
    kvHeadCount: 2,
    headSize: 64,
    intermediateSize: 4864,
    vocabularySize: 151_936,
    hasTiedEmbeddings: true,
    contextLength: 32_768,
  },
  'qwen2.5-1.5b': {
    ...qwen25,
    source: 'config.json of Qwen/Qwen2.5-1.5B',
    hiddenSize: 1536,
    layerCount: 28,
    headCount: 12,
    kvHeadCount: 2,
    headSize: 128,
    intermediateSize: 8960,
    vocabularySize: 151_936,
    hasTiedEmbeddings: true,
    contextLength: 131_072,
  },
  'qwen2.5-7b': {
    ...qwen25,
    source: 'config.json of Qwen/Qwen2.5-7B',
    hiddenSize: 3584,
    layerCount: 28,
    headCount: 28,
    kvHeadCount: 4,
    headSize: 128,
    intermediateSize: 18_944,
    vocabularySize: 152_064,
    hasTiedEmbeddings: false,
    contextLength: 131_072,
  },
  'qwen3-0.6b': {
    ...qwen3,
    source: 'config.json of Qwen/Qwen3-0.6B',
    hiddenSize: 1024,
    layerCount: 28,
    headCount: 16,
    intermediateSize: 3072,
    hasTiedEmbeddings: true,
  },
  'qwen3-1.7b': {
    ...qwen3,
    source: 'config.json of Qwen/Qwen3-1.7B',
    hiddenSize: 2048,
    layerCount: 28,
    headCount: 16,
    intermediateSize: 6144,
    hasTiedEmbeddings: true,
  },
  'qwen3-4b': {
    ...qwen3,
    source: 'config.json of Qwen/Qwen3-4B',
    hiddenSize: 2560,
    layerCount: 36,
    headCount: 32,
    intermediateSize: 9728,
    hasTiedEmbeddings: true,
  },
  'qwen3-8b': {
    ...qwen3,
    source: 'config.json of Qwen/Qwen3-8B',
    hiddenSize: 4096,
    layerCount: 36,
    headCount: 32,
    intermediateSize: 12_288,
    hasTiedEmbeddings: false,
  },
}
