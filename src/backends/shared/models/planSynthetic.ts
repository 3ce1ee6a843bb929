/** A synthetic model before it is written: its bytes are known from shape, precision and seed alone. */

import { basename } from 'node:path'
import type { ExperimentConfig } from '../../../config/experimentConfig.ts'
import { AppError } from '../../../core/errors.ts'
import type { ModelFacts } from '../../backend.ts'
import { byteVocabulary } from './byteVocabulary.ts'
import { encodeGgufHeader, type GgufTensor, paddedLength } from './encodeGgufHeader.ts'
import { elementCount, type PlannedTensor, planTensors } from './planTensors.ts'
import type { ModelShape } from './shapes.ts'
import { findShape, syntheticFacts } from './syntheticFacts.ts'
import { float32Format, packedBytes, type WeightFormat, weightFormats } from './weightFormats.ts'
import type { TensorFile } from './writeSynthetic.ts'

export interface SyntheticPlan extends TensorFile {
  facts: ModelFacts
  tensors: readonly (PlannedTensor & GgufTensor)[]
}

/** Raised whenever the same shape, precision and seed would give other bytes, so that no old file is reused. */
export const syntheticVersion = 1

/** What `synthetic/<shape>` is in a precision; nothing is written. */
export function planSynthetic(
  model: string,
  precision: NonNullable<ExperimentConfig['precision']>,
): SyntheticPlan {
  const shape = findShape(model)
  const format = weightFormats[precision]
  if (format === undefined) {
    const available = Object.keys(weightFormats).join(', ')
    throw new AppError('PRECISION_UNAVAILABLE', { model, wanted: precision, available })
  }
  const tensors = planTensors(shape).map((tensor) => sizedTensor(tensor, format))
  const header = encodeGgufHeader(metadata(basename(model), shape, format), tensors)
  const weightBytes = sum(tensors.map(({ byteLength }) => byteLength))
  const paddedBytes = sum(tensors.map(({ byteLength }) => paddedLength(byteLength)))
  return {
    name: model,
    facts: { ...syntheticFacts(model), weightType: format.typeName, weightBytes },
    format,
    constantFormat: float32Format,
    tensors,
    header,
    fileBytes: header.length + paddedBytes,
  }
}

function sizedTensor(tensor: PlannedTensor, format: WeightFormat): PlannedTensor & GgufTensor {
  const count = elementCount(tensor.dimensions)
  const { content } = tensor
  const { tensorType } = content === 'weights' ? format : float32Format
  const byteLength = packedBytes(content === 'weights' ? format : float32Format, count)
  return { ...tensor, tensorType, byteLength }
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

const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0)
