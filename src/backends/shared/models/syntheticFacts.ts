/** What is known of `synthetic/<shape>` whatever format its weights are in. */

import { AppError } from '../../../core/errors.ts'
import type { ModelFacts } from '../../backend.ts'
import { nearestModel } from './checkModel.ts'
import { elementCount, planTensors } from './planTensors.ts'
import { type ModelShape, shapes } from './shapes.ts'

/** The dimensions of `synthetic/<shape>`. */
export function findShape(model: string): ModelShape {
  const name = model.slice('synthetic/'.length)
  const shape = Object.hasOwn(shapes, name) ? shapes[name] : undefined
  if (shape === undefined) {
    throw new AppError('MODEL_UNKNOWN', { model, nearest: nearestModel(model) })
  }
  return shape
}

/** All but the size of the weights, which their format decides. */
export function syntheticFacts(model: string): Omit<ModelFacts, 'weightType' | 'weightBytes'> {
  const shape = findShape(model)
  const tensors = planTensors(shape)
  const counts = tensors.map(({ dimensions }) => elementCount(dimensions))
  const embeddings = shape.hiddenSize * shape.vocabularySize
  const matrices = tensors.filter(({ content }) => content === 'weights')
  const matrixCount = sum(matrices.map(({ dimensions }) => elementCount(dimensions)))
  return {
    name: model,
    architecture: shape.architecture,
    parameterCount: sum(counts),
    activeParameterCount: shape.hasTiedEmbeddings ? matrixCount : matrixCount - embeddings,
    layerCount: shape.layerCount,
    attentionWidth: shape.headCount * shape.headSize,
    cacheWidth: 2 * shape.kvHeadCount * shape.headSize,
    weights: 'random',
    contextLength: shape.contextLength,
  }
}

const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0)
