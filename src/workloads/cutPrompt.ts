/** Cuts a prompt to its allowed length in tokens, so that every backend gets the same work. */

import type { Tokenizer } from '../backends/backend.ts'

export interface Prompt {
  text: string
  /** The same prompt in tokens; where the text does not encode back to them, they are the truth. Null without a tokenizer. */
  tokens: readonly number[] | null
  /** Tokens that were cut off; an estimate without a tokenizer. */
  discardedTokens: number
}

/** A rule of thumb for English in current vocabularies (OpenAI, "What are tokens and how to count them?"). */
export const charactersPerToken = 4

export async function cutPrompt(
  text: string,
  mostTokens: number,
  tokenizer: Tokenizer | null,
): Promise<Prompt> {
  if (tokenizer === null) {
    const characters = [...text]
    const kept = characters.slice(0, mostTokens * charactersPerToken)
    const discardedTokens = Math.ceil((characters.length - kept.length) / charactersPerToken)
    return { text: kept.join(''), tokens: null, discardedTokens }
  }
  const tokens = await tokenizer.encode(text)
  if (tokens.length <= mostTokens) return { text, tokens, discardedTokens: 0 }
  const kept = tokens.slice(0, mostTokens)
  const discardedTokens = tokens.length - mostTokens
  return { text: await tokenizer.decode(kept), tokens: kept, discardedTokens }
}
