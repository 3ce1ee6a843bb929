/** Makes every request of a run before it begins: prompts from the dataset, cut, distinct, with a seed each. */

import type { GenerateRequest, Tokenizer } from '../backends/backend.ts'
import type { ExperimentConfig } from '../config/experimentConfig.ts'
import { requestCount } from '../config/loadConfig.ts'
import type { WorkerContext } from '../core/context.ts'
import { seededRandom } from '../core/random.ts'
import { type Warning, warn } from '../core/warnings.ts'
import { charactersPerToken, type Prompt } from './cutPrompt.ts'
import { datasetPrompts } from './datasetPrompts.ts'
import { syntheticPrompts } from './syntheticPrompts.ts'

export interface PromptOptions {
  config: ExperimentConfig
  /** The engine's own; null when it does not expose one: then lengths are estimates. */
  tokenizer: Tokenizer | null
  warmupCount: number
  ctx: WorkerContext
}

export interface PreparedPrompts {
  warmup: GenerateRequest[]
  measured: GenerateRequest[]
  /** Tokens cut off the measured prompts. */
  discardedInputTokens: number
  warnings: Warning[]
}

/** Streams of the seed from here on are those of warm-up, so that no warm-up setting changes what is measured. */
const firstWarmupStream = 2 ** 31

/** No two prompts are alike, warm-up included: a prefix cache could answer the second of them from the first. */
export async function preparePrompts(options: PromptOptions): Promise<PreparedPrompts> {
  const { config, tokenizer, warmupCount, ctx } = options
  const count = requestCount(config)
  const streams = [
    ...Array.from({ length: count }, (_, index) => index),
    ...Array.from({ length: warmupCount }, (_, index) => firstWarmupStream + index),
  ]
  const { prompts, warnings } =
    config.dataset === 'synthetic'
      ? { prompts: await syntheticPrompts({ config, tokenizer, streams }), warnings: [] }
      : await datasetPrompts({ config, tokenizer, needed: streams.length, ctx })
  const requests = prompts.map((prompt, position) => ({
    index: position < count ? position : position - count,
    prompt: prompt.text,
    promptTokens: prompt.tokens,
    maxOutputTokens: config.max_output_tokens,
    seed: seededRandom(config.random_seed, streams[position]).uint32(),
  }))
  const measured = prompts.slice(0, count)
  return {
    measured: requests.slice(0, count),
    warmup: requests.slice(count),
    discardedInputTokens: discardedTokens(measured),
    warnings: [...warnings, ...lengthWarnings(measured, options)],
  }
}

function lengthWarnings(measured: readonly Prompt[], { config, tokenizer }: PromptOptions) {
  const warnings: Warning[] = []
  const promptCount = measured.filter((prompt) => prompt.discardedTokens > 0).length
  if (promptCount > 0) {
    const limit = config.max_input_tokens
    const data = { promptCount, discardedTokens: discardedTokens(measured), limit }
    warnings.push(warn('PROMPTS_TRUNCATED', data))
  }
  if (tokenizer === null) warnings.push(warn('PROMPT_LENGTHS_ESTIMATED', { charactersPerToken }))
  return warnings
}

const discardedTokens = (prompts: readonly Prompt[]): number =>
  prompts.reduce((sum, prompt) => sum + prompt.discardedTokens, 0)
