/** What is wrong with the `model` of a configuration as far as its text tells: pure, for planning time. */

import type { ExperimentConfig } from '../../../config/experimentConfig.ts'
import { nearest } from '../../../core/nearest.ts'
import type { Problem } from '../../../core/problem.ts'
import { parseHubModel } from './parseHubModel.ts'
import { shapes } from './shapes.ts'
import { weightFormats } from './weightFormats.ts'

const syntheticPrefix = 'synthetic/'
const expected =
  'synthetic/<shape>, the path of a .gguf file, hf:org/repo:quant or hf:org/repo/file.gguf'

/** An empty list says nothing of whether a file exists or a download succeeds. */
export function checkModel(model: string, precision?: ExperimentConfig['precision']): Problem[] {
  if (model.startsWith(syntheticPrefix)) {
    const isKnown = Object.hasOwn(shapes, model.slice(syntheticPrefix.length))
    return [...(isKnown ? [] : [unknown(model)]), ...checkSyntheticPrecision(precision)]
  }
  if (model.startsWith('hf:')) return parseHubModel(model) !== null ? [] : [malformed(model)]
  return model.endsWith('.gguf') ? [] : [unknown(model)]
}

/** The synthetic model that was most likely meant, or null when none is near. */
export function nearestModel(model: string): string | null {
  const shape = nearest(model.replace(syntheticPrefix, ''), Object.keys(shapes))
  return shape === null ? null : `${syntheticPrefix}${shape}`
}

function checkSyntheticPrecision(precision: ExperimentConfig['precision']): Problem[] {
  if (precision === undefined || Object.hasOwn(weightFormats, precision)) return []
  const known = Object.keys(weightFormats).join(', ')
  return [
    {
      path: ['precision'],
      message: `expected one of ${known} for a synthetic model, found ${precision}`,
    },
  ]
}

function unknown(model: string): Problem {
  const meant = nearestModel(model)
  return {
    path: ['model'],
    message: `expected ${expected}, found "${model}"`,
    ...(meant === null
      ? { hint: '`llem list models` shows the synthetic shapes' }
      : { hint: `did you mean "${meant}"?` }),
  }
}

function malformed(model: string): Problem {
  return {
    path: ['model'],
    message: `expected hf:org/repo:quant or hf:org/repo/file.gguf, found "${model}"`,
    hint: 'for example hf:bartowski/Llama-3.2-1B-Instruct-GGUF:Q4_K_M',
  }
}
