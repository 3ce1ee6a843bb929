/** Our decoder settings as the engine's: pure. */

import type { SequenceEvaluateOptions, Token } from 'node-llama-cpp'
import type { DecoderConfig } from '../../../config/decoder.ts'

export interface Sampling {
  decoder: DecoderConfig
  seed: number
  /** Prompt and output so far: what a repetition penalty looks at. */
  history(): Token[]
  longestHistory: number
}

/**
 * node-llama-cpp takes `topK: 0` as "sort the whole vocabulary", which cost 20 % of a token at 49 k words; null, which
 * its types do not name but its code drops like an absent key, leaves the step out without bringing back its default of 40.
 */
const withoutTopK: { topK?: number } = JSON.parse('{"topK":null}')

/** End-of-text tokens are always handed to us: whether one ends the request is decided here, not in the engine. */
export function samplingOptions(sampling: Sampling): SequenceEvaluateOptions {
  const { decoder, seed, history, longestHistory } = sampling
  return {
    temperature: decoder.temperature,
    ...(decoder.top_k > 0 ? { topK: decoder.top_k } : withoutTopK),
    topP: decoder.top_p,
    minP: decoder.min_p,
    seed,
    yieldEogToken: true,
    // As in vLLM and transformers, over prompt and output alike, not over llama.cpp's last 64 tokens.
    ...(decoder.repetition_penalty === 1
      ? {}
      : {
          repeatPenalty: {
            penalty: decoder.repetition_penalty,
            punishTokens: history,
            maxPunishTokens: longestHistory,
          },
        }),
  }
}
