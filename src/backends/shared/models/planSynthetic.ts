/** A synthetic model before it is written: its bytes are known from shape, precision and seed alone. */

import type { ExperimentConfig } from '../../../config/experimentConfig.ts'
import { AppError } from '../../../core/errors.ts'
import type { ModelFacts } from '../../backend.ts'
import { byteVocabulary } from './byteVocabulary.ts'
import { nearestModel } from './checkModel.ts'
import { encodeGgufHeader, type GgufTensor, paddedLength } from './encodeGgufHeader.ts'
import { elementCount, type PlannedTensor, planTensors } from './planTensors.ts'
import { type ModelShape, shapes } from './shapes.ts'
import { blockWeights, type WeightFormat, weightFormats } from './weightFormats.ts'

export interface SyntheticPlan {
  facts: ModelFacts
  format: WeightFormat
  tensors: readonly (PlannedTensor & GgufTensor)[]
  header: Buffer
  /** Size of the whole file. */
  fileBytes: number
}

/** Raised whenever the same shape, precision and seed would give other bytes, so that no old file is reused. */
export const syntheticVersion = 1

/** What `synthetic/<shape>` is in a precision; nothing is written. */
export function planSynthetic(
  model: string,
  precision: NonNullable<ExperimentConfig['precision']>,
): SyntheticPlan {
  const shapeName = model.slice('synthetic/'.length)
  const shape = Object.hasOwn(shapes, shapeName) ? shapes[shapeName] : undefined
  if (shape === undefined) {
    throw new AppError('MODEL_UNKNOWN', { model, nearest: nearestModel(model) })
  }
  const format = weightFormats[precision]
  if (format === undefined) {
    const available = Object.keys(weightFormats).join(', ')
    throw new AppError('PRECISION_UNAVAILABLE', { model, wanted: precision, available })
  }
  const tensors = planTensors(shape).map((tensor) => sizedTensor(tensor, format))
  const header = encodeGgufHeader(metadata(shapeName, shape, format), tensors)
  const weightBytes = sum(tensors.map(({ byteLength }) => byteLength))
  const paddedBytes = sum(tensors.map(({ byteLength }) => paddedLength(byteLength)))
  return {
    facts: { ...factsOf(model, shape, tensors), weightType: format.typeName, weightBytes },
    format,
    tensors,
    header,
    fileBytes: header.length + paddedBytes,
  }
}

function sizedTensor(tensor: PlannedTensor, format: WeightFormat): PlannedTensor & GgufTensor {
  const count = elementCount(tensor.dimensions)
  return tensor.content === 'weights'
    ? {
        ...tensor,
        tensorType: format.tensorType,
        byteLength: (count / blockWeights) * format.blockWords * 2,
      }
    : { ...tensor, tensorType: 0, byteLength: count * 4 }
}

function metadata(name: string, shape: ModelShape, format: WeightFormat) {
  const { architecture } = shape
  const uint32 = (value: number) => ({ type: 'uint32', value }) as const
  const float32 = (value: number) => ({ type: 'float32', value }) as const
  const string = (value: string) => ({ type: 'string', value }) as const
  return {
    'general.architecture': string(architecture),
    'general.name': string(name),
    'general.description': string('random weights written by llenergymeasure'),
    'general.file_type': uint32(format.fileType),
    'general.quantization_version': uint32(2),
    'llenergymeasure.weights': string('random'),
    [`${architecture}.vocab_size`]: uint32(shape.vocabularySize),
    [`${architecture}.context_length`]: uint32(shape.contextLength),
    [`${architecture}.embedding_length`]: uint32(shape.hiddenSize),
    [`${architecture}.block_count`]: uint32(shape.layerCount),
    [`${architecture}.feed_forward_length`]: uint32(shape.intermediateSize),
    [`${architecture}.rope.dimension_count`]: uint32(shape.headSize),
    [`${architecture}.rope.freq_base`]: float32(shape.ropeTheta),
    [`${architecture}.attention.head_count`]: uint32(shape.headCount),
    [`${architecture}.attention.head_count_kv`]: uint32(shape.kvHeadCount),
    [`${architecture}.attention.key_length`]: uint32(shape.headSize),
    [`${architecture}.attention.value_length`]: uint32(shape.headSize),
    [`${architecture}.attention.layer_norm_rms_epsilon`]: float32(shape.normEpsilon),
    ...byteVocabulary(shape.vocabularySize),
  }
}

function factsOf(name: string, shape: ModelShape, tensors: readonly PlannedTensor[]) {
  const counts = tensors.map(({ dimensions }) => elementCount(dimensions))
  const embeddings = shape.hiddenSize * shape.vocabularySize
  const matrices = tensors.filter(({ content }) => content === 'weights')
  const matrixCount = sum(matrices.map(({ dimensions }) => elementCount(dimensions)))
  return {
    name,
    architecture: shape.architecture,
    parameterCount: sum(counts),
    activeParameterCount: shape.hasTiedEmbeddings ? matrixCount : matrixCount - embeddings,
    layerCount: shape.layerCount,
    attentionWidth: shape.headCount * shape.headSize,
    weights: 'random',
    contextLength: shape.contextLength,
  } as const
}

const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0)
