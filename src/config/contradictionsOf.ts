/** Finds values that are right one by one and cannot be meant together. */

import { isRecord } from '../core/json.ts'
import type { Problem } from '../core/problem.ts'
import type { ExperimentConfig } from './experimentConfig.ts'
import { loadProblems } from './loadConfig.ts'

/** `written` tells what a person chose from what is a default. */
export function contradictionsOf(written: unknown, config: ExperimentConfig): Problem[] {
  return [
    ...minNewTokens(config),
    ...warmupLimits(config),
    ...unusedLengths(written, config),
    ...loadProblems(written, config),
  ]
}

function minNewTokens({ decoder, max_output_tokens }: ExperimentConfig): Problem[] {
  if (decoder.min_new_tokens <= max_output_tokens) return []
  return [
    {
      path: ['decoder', 'min_new_tokens'],
      message: `expected at most max_output_tokens (${max_output_tokens}), found ${decoder.min_new_tokens}`,
      hint: 'raise max_output_tokens',
    },
  ]
}

/** Steadiness is judged over the last `window_size` requests, so there must be that many. */
function warmupLimits({ warmup }: ExperimentConfig): Problem[] {
  if (!warmup.enabled) return []
  return (['min_prompts', 'window_size'] as const)
    .filter((key) => warmup[key] > warmup.max_prompts)
    .map((key) => ({
      path: ['warmup', key],
      message: `expected at most warmup.max_prompts (${warmup.max_prompts}), found ${warmup[key]}`,
      hint: 'raise warmup.max_prompts',
    }))
}

const lengthKeys = {
  fixed: ['tokens'],
  uniform: ['min_tokens', 'max_tokens'],
  lognormal: ['min_tokens', 'max_tokens', 'median_tokens', 'sigma'],
} as const

/** `prompt_length: {tokens: 512}` without `distribution: fixed` would silently measure other prompts than were meant. */
function unusedLengths(written: unknown, { prompt_length }: ExperimentConfig): Problem[] {
  const { distribution } = prompt_length
  const section = isRecord(written) ? written['prompt_length'] : undefined
  const used: readonly string[] = ['distribution', ...lengthKeys[distribution]]
  return Object.keys(isRecord(section) ? section : {})
    .filter((key) => !used.includes(key))
    .map((key) => ({
      path: ['prompt_length', key],
      isKey: true,
      message: `expected a key of the distribution ${distribution} (${lengthKeys[distribution].join(', ')}), found ${key}`,
      hint: key === 'tokens' ? 'add distribution: fixed' : 'remove it, or change the distribution',
    }))
}
