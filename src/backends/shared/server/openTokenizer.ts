/** The tokenizer of an engine in another process, by the routes that it has for it. */

import { z } from 'zod'
import { AppError } from '../../../core/errors.ts'
import type { Tokenizer } from '../../backend.ts'
import { askServer } from './askServer.ts'
import type { EngineServer } from './startServer.ts'

/** How an engine spells the two questions; the routes are `/tokenize` and `/detokenize` everywhere. */
export interface TokenizerRoutes {
  encodeBody(text: string): unknown
  decodeBody(tokens: readonly number[]): unknown
  /** Key of the text in the answer to the second. */
  textKey: string
}

/** A busy machine answers late; without an answer prompts would silently be others. */
const timeoutMs = 60_000

const encoded = z.object({ tokens: z.array(z.int()) })

/** Null when the server has no such routes. */
export async function openTokenizer(
  name: string,
  { url, signal }: Pick<EngineServer, 'url' | 'signal'>,
  routes: TokenizerRoutes,
): Promise<Tokenizer | null> {
  const encode = async (text: string): Promise<number[] | null> => {
    const answer = await askServer(`${url}/tokenize`, {
      body: routes.encodeBody(text),
      signal,
      timeoutMs,
    })
    return encoded.safeParse(answer).data?.tokens ?? null
  }
  const decode = async (tokens: readonly number[]): Promise<string | null> => {
    const answer = await askServer(`${url}/detokenize`, {
      body: routes.decodeBody(tokens),
      signal,
      timeoutMs,
    })
    const parsed = z.record(z.string(), z.unknown()).safeParse(answer).data?.[routes.textKey]
    return typeof parsed === 'string' ? parsed : null
  }
  // What the engine puts before every text (a token that says "begin") is no part of the text.
  const start = await encode('')
  if (start === null || (await decode(start)) === null) return null
  return {
    encode: async (text) => (await encode(text)) ?? fail(name, 'tokenize'),
    decode: async (tokens) => {
      const hasStart = start.every((token, index) => tokens[index] === token)
      return (
        (await decode(hasStart ? tokens.slice(start.length) : tokens)) ?? fail(name, 'detokenize')
      )
    },
  }
}

function fail(backend: string, route: string): never {
  throw new AppError('BACKEND_FAILED', { backend, cause: `it did not answer /${route}` })
}
