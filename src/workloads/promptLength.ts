/** Lengths of synthetic prompts, drawn one by one. */

import type { ExperimentConfig } from '../config/experimentConfig.ts'
import type { Random } from '../core/random.ts'

/** Draws that may miss the bounds before the nearest bound is taken: only a distribution outside them needs so many. */
const mostDraws = 1000

/** Length of one prompt in tokens. Where the bounds allow it stays within `maxInputTokens`, so that nothing is cut. */
export function drawPromptLength(
  config: Pick<ExperimentConfig, 'prompt_length' | 'max_input_tokens'>,
  random: Random,
): number {
  const { distribution, tokens, min_tokens, max_tokens, median_tokens, sigma } =
    config.prompt_length
  const most = Math.max(min_tokens, Math.min(max_tokens, config.max_input_tokens))
  switch (distribution) {
    case 'fixed':
      return tokens
    case 'uniform':
      return min_tokens + Math.floor(random.uniform() * (most - min_tokens + 1))
    case 'lognormal': {
      let length = 0
      for (let draw = 0; draw < mostDraws; draw++) {
        length = Math.round(median_tokens * Math.exp(sigma * random.normal()))
        if (length >= min_tokens && length <= most) return length
      }
      return Math.min(most, Math.max(min_tokens, length))
    }
  }
}
