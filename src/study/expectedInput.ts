/** How long the prompts of an experiment are on average, for estimates. Pure. */

import type { ExperimentConfig } from '../config/experimentConfig.ts'

/** Tokens after cutting; those of a dataset are not known before it is read, and taken as the longest allowed. */
export function expectedInputTokens({
  dataset,
  prompt_length: length,
  max_input_tokens,
}: ExperimentConfig): number {
  if (dataset !== 'synthetic') return max_input_tokens
  return Math.min(max_input_tokens, meanLength(length))
}

function meanLength(length: ExperimentConfig['prompt_length']): number {
  const { distribution, tokens, min_tokens, max_tokens } = length
  switch (distribution) {
    case 'fixed':
      return tokens
    case 'uniform':
      return (min_tokens + max_tokens) / 2
    case 'lognormal':
      return lognormalMean(length)
  }
}

/** Mean within the bounds, as lengths outside them are drawn again: the sum over the density in steps of the logarithm. */
function lognormalMean({
  min_tokens,
  max_tokens,
  median_tokens,
  sigma,
}: ExperimentConfig['prompt_length']): number {
  if (sigma === 0) return Math.min(max_tokens, Math.max(min_tokens, median_tokens))
  const [low, high] = [Math.log(min_tokens), Math.log(max_tokens)]
  const steps = 64
  let weightSum = 0
  let lengthSum = 0
  for (let step = 0; step <= steps; step++) {
    const logarithm = low + ((high - low) * step) / steps
    const weight = Math.exp(-(((logarithm - Math.log(median_tokens)) / sigma) ** 2) / 2)
    weightSum += weight
    lengthSum += weight * Math.exp(logarithm)
  }
  // Bounds so far from the median that no weight is left: every length is at the nearer one.
  return weightSum > 0
    ? lengthSum / weightSum
    : median_tokens < min_tokens
      ? min_tokens
      : max_tokens
}
