/** What every real engine is given to do: the same on each, and small enough for two minutes without a GPU. */

import { findProgram } from '../../core/findProgram.ts'

export const hasGpu = findProgram('nvidia-smi', process.env) !== null

/** Every request has the same length of answer, and prompts of many lengths. */
export const work = {
  requests: 48,
  outputTokens: 64,
  mostInputTokens: 256,
  inFlight: 4,
  model: hasGpu ? 'synthetic/llama-3.2-1b' : 'synthetic/llama-25m',
} as const
