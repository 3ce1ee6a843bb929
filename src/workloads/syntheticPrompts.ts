/** The built-in prompt set: English words from a seed, in lengths drawn from the configured distribution. */

import type { Tokenizer } from '../backends/backend.ts'
import type { ExperimentConfig } from '../config/experimentConfig.ts'
import { AppError } from '../core/errors.ts'
import { type Random, seededRandom } from '../core/random.ts'
import { cutPrompt, type Prompt } from './cutPrompt.ts'
import { drawPromptLength } from './promptLength.ts'
import { words } from './words.ts'

interface Workload {
  config: ExperimentConfig
  tokenizer: Tokenizer | null
  /** Streams of the seed, one for each prompt: a prompt depends on its stream alone, not on how many there are. */
  streams: readonly number[]
}

/** Tries to find words that no other prompt has; only lengths of a token or two run out of them. */
const mostTries = 100

/** One prompt for each stream, no two alike. */
export async function syntheticPrompts(workload: Workload): Promise<Prompt[]> {
  const prompts = new Map<string, Prompt>()
  for (const stream of workload.streams) {
    const prompt = await newPrompt(stream, prompts, workload)
    prompts.set(prompt.text, prompt)
  }
  return [...prompts.values()]
}

async function newPrompt(
  stream: number,
  taken: ReadonlyMap<string, Prompt>,
  { config, tokenizer, streams }: Workload,
): Promise<Prompt> {
  const random = seededRandom(config.random_seed, stream)
  const lengthTokens = drawPromptLength(config, random)
  for (let attempt = 0; attempt < mostTries; attempt++) {
    const written = await cutPrompt(drawWords(lengthTokens, random), lengthTokens, tokenizer)
    const prompt = await cutPrompt(written.text, config.max_input_tokens, tokenizer)
    if (!taken.has(prompt.text)) return prompt
  }
  throw new AppError('DATASET_NO_PROMPTS', {
    source: 'synthetic',
    usable: taken.size,
    needed: streams.length,
    columns: `none: prompts of ${lengthTokens} tokens`,
  })
}

/** Words that make at least so many tokens: every word makes one or more, and four characters or more with its space. */
function drawWords(count: number, random: Random): string {
  return Array.from({ length: count }, () => words[random.uint32() % words.length]).join(' ')
}
