/** The tensors of a synthetic model, in file order, and what follows from them alone: parameter counts. */

import type { ModelShape } from './shapes.ts'

export interface PlannedTensor {
  name: string
  /** Innermost first, as GGUF writes them: a matrix is [inputs, outputs]. */
  dimensions: readonly number[]
  /** Matrices take the model's precision; norms and biases are float32 in every GGUF file. */
  content: 'weights' | 'ones' | 'zeros'
}

/** Names and shapes as llama.cpp expects them of this architecture (`llama_model::load_tensors`). */
export function planTensors(shape: ModelShape): PlannedTensor[] {
  const { hiddenSize, vocabularySize, layerCount, hasTiedEmbeddings } = shape
  return [
    matrix('token_embd.weight', hiddenSize, vocabularySize),
    ...Array.from({ length: layerCount }, (_, layer) => layerTensors(shape, `blk.${layer}`)).flat(),
    norm('output_norm.weight', hiddenSize),
    ...(hasTiedEmbeddings ? [] : [matrix('output.weight', hiddenSize, vocabularySize)]),
  ]
}

/** How many numbers a tensor holds. */
export function elementCount(dimensions: readonly number[]): number {
  return dimensions.reduce((product, dimension) => product * dimension, 1)
}

function layerTensors(shape: ModelShape, layer: string): PlannedTensor[] {
  const { architecture, hiddenSize, headSize, intermediateSize } = shape
  const queryWidth = shape.headCount * headSize
  const keyWidth = shape.kvHeadCount * headSize
  return [
    norm(`${layer}.attn_norm.weight`, hiddenSize),
    matrix(`${layer}.attn_q.weight`, hiddenSize, queryWidth),
    matrix(`${layer}.attn_k.weight`, hiddenSize, keyWidth),
    matrix(`${layer}.attn_v.weight`, hiddenSize, keyWidth),
    ...(architecture === 'qwen2'
      ? [
          bias(`${layer}.attn_q.bias`, queryWidth),
          bias(`${layer}.attn_k.bias`, keyWidth),
          bias(`${layer}.attn_v.bias`, keyWidth),
        ]
      : []),
    ...(architecture === 'qwen3'
      ? [
          norm(`${layer}.attn_q_norm.weight`, headSize),
          norm(`${layer}.attn_k_norm.weight`, headSize),
        ]
      : []),
    matrix(`${layer}.attn_output.weight`, queryWidth, hiddenSize),
    norm(`${layer}.ffn_norm.weight`, hiddenSize),
    matrix(`${layer}.ffn_gate.weight`, hiddenSize, intermediateSize),
    matrix(`${layer}.ffn_up.weight`, hiddenSize, intermediateSize),
    matrix(`${layer}.ffn_down.weight`, intermediateSize, hiddenSize),
  ]
}

const matrix = (name: string, inputs: number, outputs: number): PlannedTensor => ({
  name,
  dimensions: [inputs, outputs],
  content: 'weights',
})
const norm = (name: string, size: number): PlannedTensor => ({
  name,
  dimensions: [size],
  content: 'ones',
})
const bias = (name: string, size: number): PlannedTensor => ({
  name,
  dimensions: [size],
  content: 'zeros',
})
