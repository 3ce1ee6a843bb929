/** What is wrong with the `model` of a configuration as far as its text tells: pure, for planning time. */

import { distance } from 'fastest-levenshtein'
import type { ExperimentConfig } from '../../../config/experimentConfig.ts'
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

/** The synthetic model whose name is nearest to what was written, or null when none is near. */
export function nearestModel(model: string): string | null {
  const written = model.replace(syntheticPrefix, '').toLowerCase()
  const [best] = Object.keys(shapes)
    .map((name) => ({ name, edits: distance(written, name) }))
    .sort((a, b) => a.edits - b.edits)
  // Beyond half of the letters a suggestion is noise.
  return best === undefined || best.edits > best.name.length / 2
    ? null
    : `${syntheticPrefix}${best.name}`
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
  const nearest = nearestModel(model)
  return {
    path: ['model'],
    message: `expected ${expected}, found "${model}"`,
    ...(nearest === null
      ? { hint: '`llem list models` shows the synthetic shapes' }
      : { hint: `did you mean "${nearest}"?` }),
  }
}

function malformed(model: string): Problem {
  return {
    path: ['model'],
    message: `expected hf:org/repo:quant or hf:org/repo/file.gguf, found "${model}"`,
    hint: 'for example hf:bartowski/Llama-3.2-1B-Instruct-GGUF:Q4_K_M',
  }
}
