/** Rules that hold for every engine of models of Hugging Face's form, by the words that each has for them. */

import type { ExperimentConfig } from '../../../config/experimentConfig.ts'
import { findShape } from '../models/syntheticFacts.ts'
import type { Breach } from './checkRules.ts'

/** A sequence must hold the longest prompt and its answer; `undefined` is what the model can. */
export function tooShort(
  key: string,
  longest: number | undefined,
  { max_input_tokens, max_output_tokens }: ExperimentConfig,
): Breach | null {
  const needed = max_input_tokens + max_output_tokens
  if (longest === undefined || longest >= needed) return null
  return {
    key,
    message: `expected at least max_input_tokens + max_output_tokens = ${needed}, found ${longest}`,
    hint: 'raise it, or lower those',
  }
}

/** The attention heads are shared out among the GPUs of a layer; of a model that is not here they are not known yet. */
export function unevenHeads(key: string, gpus: number, { model }: ExperimentConfig): Breach | null {
  if (!model.startsWith('synthetic/')) return null
  const { headCount } = findShape(model)
  if (headCount % gpus === 0) return null
  return {
    key,
    message: `expected a divisor of the ${headCount} attention heads of ${model}, found ${gpus}`,
    hint: 'choose one',
  }
}
