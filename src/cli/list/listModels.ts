/** The synthetic shapes with their size in every precision that can be written. */

import { elementCount, planTensors } from '../../backends/shared/models/planTensors.ts'
import { type ModelShape, shapes } from '../../backends/shared/models/shapes.ts'
import { tensorBytes } from '../../backends/shared/models/tensorBytes.ts'
import { type WeightFormat, weightFormats } from '../../backends/shared/models/weightFormats.ts'
import { formatBytes, formatCount } from '../../core/units.ts'
import type { TextOptions } from '../../report/renderWarnings.ts'

export interface ModelEntry {
  /** What to write as `model:`. */
  name: string
  architecture: string
  parameterCount: number
  /** Bytes of the weights by precision. */
  weightBytes: Readonly<Record<string, number>>
  contextLength: number
  /** Where the dimensions come from. */
  source: string
}

/** In the order of the shapes. */
export function listModels(): ModelEntry[] {
  return Object.entries(shapes).map(([name, shape]) => ({
    name: `synthetic/${name}`,
    architecture: shape.architecture,
    parameterCount: sum(planTensors(shape).map(({ dimensions }) => elementCount(dimensions))),
    weightBytes: Object.fromEntries(
      Object.entries(weightFormats).map(([precision, format]) => [
        precision,
        weightBytesOf(shape, format),
      ]),
    ),
    contextLength: shape.contextLength,
    source: shape.source,
  }))
}

const shownPrecisions = ['fp16', 'q8_0', 'q4_0']

/** A table: name, architecture, parameters, sizes. */
export function renderModels(models: readonly ModelEntry[], { paint }: TextOptions): string {
  const nameWidth = Math.max(...models.map(({ name }) => name.length)) + 2
  const row = (name: string, cells: readonly string[]): string =>
    `${name.padEnd(nameWidth)}${cells.map((cell) => cell.padStart(11)).join('')}`
  return [
    paint.bold(row('model', ['family', 'parameters', ...shownPrecisions])),
    ...models.map(({ name, architecture, parameterCount, weightBytes }) =>
      row(name, [
        architecture,
        formatCount(parameterCount),
        ...shownPrecisions.map((precision) => formatBytes(weightBytes[precision] ?? 0)),
      ]),
    ),
    '',
    paint.dim('Weights are random: they cost what trained ones cost and are written on first use.'),
    paint.dim('Other models: the path of a .gguf file, or hf:org/repo:quant.'),
    '',
  ].join('\n')
}

/** Matrices take the precision; norms and biases are float32 in every GGUF file. */
function weightBytesOf(shape: ModelShape, { typeName }: WeightFormat): number {
  return sum(
    planTensors(shape).map(
      ({ dimensions, content }) =>
        tensorBytes(content === 'weights' ? typeName : 'F32', dimensions) ?? 0,
    ),
  )
}

const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0)
