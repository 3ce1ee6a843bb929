/** Reads the body of a request as OpenAI's API has it, as far as a fake engine cares. */

import { z } from 'zod'

const body = z.object({
  model: z.string().optional(),
  prompt: z.union([z.string(), z.array(z.number())]).optional(),
  messages: z.array(z.object({ content: z.string() })).optional(),
  max_tokens: z.int().min(1).default(16),
  seed: z.number().optional(),
  stream: z.boolean().default(false),
  stream_options: z
    .object({
      include_usage: z.boolean().default(false),
      continuous_usage_stats: z.boolean().default(false),
    })
    .prefault({}),
})

export interface Order extends z.output<typeof body> {
  kind: 'completions' | 'chat'
  /** One token per byte of text. */
  promptTokens: number
}

export type OrderOrProblem = { ok: true; order: Order } | { ok: false; problem: string }

export function readOrder(text: string, kind: Order['kind'], isStrict: boolean): OrderOrProblem {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    // A body that is no JSON is the caller's mistake: told as such.
    return { ok: false, problem: 'the body is not JSON' }
  }
  const parsed = body.safeParse(value)
  if (!parsed.success) return { ok: false, problem: z.prettifyError(parsed.error) }
  const unknown = isStrict ? unknownFields(value) : []
  if (unknown.length > 0) return { ok: false, problem: `unknown fields: ${unknown.join(', ')}` }
  const { prompt, messages = [] } = parsed.data
  const given = prompt ?? messages.map(({ content }) => content).join('\n')
  return {
    ok: true,
    order: {
      ...parsed.data,
      kind,
      promptTokens: typeof given === 'string' ? Buffer.byteLength(given) : given.length,
    },
  }
}

/** Those of https://platform.openai.com/docs/api-reference that a load client may send. */
const known = new Set(
  `model prompt messages max_tokens max_completion_tokens temperature top_p seed stop stream n logprobs
  frequency_penalty presence_penalty user stream_options stream_options.include_usage`.split(/\s+/),
)

function unknownFields(value: unknown): string[] {
  const fields = z.record(z.string(), z.unknown()).parse(value)
  const options = z.record(z.string(), z.unknown()).catch({}).parse(fields['stream_options'])
  return [
    ...Object.keys(fields),
    ...Object.keys(options).map((name) => `stream_options.${name}`),
  ].filter((name) => !known.has(name))
}
