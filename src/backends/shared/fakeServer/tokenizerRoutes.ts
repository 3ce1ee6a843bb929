/** The tokenizer of the fake engine, one token per byte, with the words of vLLM, SGLang and llama.cpp for the same two questions. */

import { z } from 'zod'

const textBody = z.union([
  z.object({ prompt: z.string() }).transform(({ prompt }) => prompt),
  z.object({ content: z.string() }).transform(({ content }) => content),
])
const tokensBody = z.object({ tokens: z.array(z.int().min(0).max(255)) })

/** Null for a body without a text. */
export function tokenize(body: unknown): { tokens: number[]; count: number } | null {
  const { data: text } = textBody.safeParse(body)
  if (text === undefined) return null
  const tokens = [...Buffer.from(text)]
  return { tokens, count: tokens.length }
}

/** The text under every name it has. Null for a body without tokens. */
export function detokenize(
  body: unknown,
): { prompt: string; text: string; content: string } | null {
  const { data } = tokensBody.safeParse(body)
  if (data === undefined) return null
  const text = Buffer.from(data.tokens).toString()
  return { prompt: text, text, content: text }
}
