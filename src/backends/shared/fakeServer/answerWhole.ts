/** One answer of the fake engine as a single JSON document, for requests that ask for no stream. */

import type { ServerResponse } from 'node:http'
import type { Clock } from '../../../core/clock.ts'
import { secondsToMs } from '../../../core/units.ts'
import type { Member } from './engine.ts'
import type { FakeServerOptions } from './fakeServerOptions.ts'
import type { Order } from './readOrder.ts'
import { sendJson } from './sendJson.ts'

interface WholeOptions {
  id: string
  order: Order
  options: FakeServerOptions
  response: ServerResponse
  clock: Clock
  onTokens(count: number): void
}

export function answerWhole({
  id,
  order,
  options,
  response,
  clock,
  onTokens,
}: WholeOptions): Member {
  const tokens = order.max_tokens
  const decodeMs = options.unpaced ? 0 : secondsToMs((tokens - 1) / options.tokens_per_second)
  const text = ' tok'.repeat(tokens)
  const content =
    order.kind === 'chat' ? { message: { role: 'assistant', content: text } } : { text }
  return {
    readyAtMs: clock.nowMs() + options.ttft_ms + decodeMs,
    step() {
      onTokens(tokens)
      sendJson(response, 200, {
        id,
        object: order.kind === 'chat' ? 'chat.completion' : 'text_completion',
        created: 1_700_000_000,
        model: options.model,
        choices: [{ index: 0, ...content, logprobs: null, finish_reason: 'length' }],
        usage: {
          prompt_tokens: order.promptTokens,
          completion_tokens: tokens,
          total_tokens: order.promptTokens + tokens,
        },
      })
      return 'leaves'
    },
  }
}
