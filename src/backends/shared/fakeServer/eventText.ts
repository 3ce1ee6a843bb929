/** The events of a streamed answer as text, as engines write them. Pure. */

import type { FakeServerOptions } from './fakeServerOptions.ts'
import type { Order } from './readOrder.ts'

interface ChunkParts {
  tokensBefore: number
  /** 0 for a chunk that brings none: role, finish. */
  tokens: number
  finishReason: 'length' | 'stop' | null
  /** Milliseconds; null when not asked for. */
  sentAtMs: number | null
}

export interface EventTexts {
  /** Role of a chat; null for completions, which have none. */
  opening: string | null
  chunk(parts: ChunkParts): string
  /** The chunk without choices, which carries the final usage; null when nobody asked or the engine has none. */
  usage(tokens: number): string | null
  done: string
  error: string
}

/** Four bytes per token, about what English has; ASCII, so that its length in bytes is its length. */
const word = ' tok'

export function eventTexts(id: string, order: Order, options: FakeServerOptions): EventTexts {
  const isChat = order.kind === 'chat'
  const object = isChat ? 'chat.completion.chunk' : 'text_completion'
  const head = `{"id":"${id}","object":"${object}","created":1700000000,"model":${JSON.stringify(options.model)},`
  const asked = order.stream_options
  const isContinuous = options.usage === 'continuous' && asked.continuous_usage_stats
  const usageOf = (tokens: number): string =>
    `"usage":{"prompt_tokens":${order.promptTokens},"total_tokens":${order.promptTokens + tokens},"completion_tokens":${tokens}}`
  const grown = (tokensBefore: number, tokens: number): string => {
    const text = JSON.stringify(word.repeat(tokens))
    if (!isChat) return `"text":${text}`
    const channel = tokensBefore < options.reasoning_tokens ? 'reasoning_content' : 'content'
    return tokens === 0 ? '"delta":{}' : `"delta":{"${channel}":${text}}`
  }
  const eventOf = (rest: string): string => `data: ${head}${rest}}\n\n`
  return {
    opening: isChat
      ? eventOf(
          `"choices":[{"index":0,"delta":{"role":"assistant","content":""},"logprobs":null,"finish_reason":null}]${isContinuous ? `,${usageOf(0)}` : ''}`,
        )
      : null,
    chunk({ tokensBefore, tokens, finishReason, sentAtMs }) {
      const total = tokensBefore + tokens
      const hasUsage = isContinuous || (options.usage === 'with-finish' && finishReason !== null)
      const ids = options.token_ids ? `,"token_ids":[${Array(tokens).fill(7).join(',')}]` : ''
      const reason = finishReason === null ? 'null' : `"${finishReason}"`
      const choice = `{"index":0,${grown(tokensBefore, tokens)},"logprobs":null,"finish_reason":${reason}${ids}}`
      const stamp = sentAtMs === null ? '' : `,"sent_at_ms":${sentAtMs}`
      return eventOf(`"choices":[${choice}]${hasUsage ? `,${usageOf(total)}` : ''}${stamp}`)
    },
    usage: (tokens) =>
      (options.usage === 'continuous' || options.usage === 'final') && asked.include_usage
        ? eventOf(`"choices":[],${usageOf(tokens)}`)
        : null,
    done: 'data: [DONE]\n\n',
    error:
      'data: {"error":{"message":"out of memory","type":"InternalServerError","code":500}}\n\n',
  }
}
