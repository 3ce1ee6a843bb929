/** Reads one event of an answer: what it says of tokens, of the end, or of an error. Accepts what engines really send. */

import { isRecord } from '../../../core/json.ts'

export type Chunk =
  | { type: 'done' }
  | { type: 'malformed'; detail: string }
  | { type: 'error'; detail: string }
  | TokenChunk

export interface TokenChunk {
  type: 'tokens'
  /** True when the answer, the reasoning or a tool call grew. A role alone or an empty text is none. */
  hasContent: boolean
  /** True for a chunk without choices: it carries the final usage and no token. */
  isUsageOnly: boolean
  /** Tokens generated so far, or in all. Null when the chunk does not tell, as all counts here. */
  outputTokens: number | null
  inputTokens: number | null
  cachedInputTokens: number | null
  /** Token ids in this chunk. */
  idCount: number | null
  /** Entries of log-probabilities in this chunk. */
  logprobCount: number | null
  finishReason: string | null
  /** When a server on our clock sent it, milliseconds: the bundled fake engine tells when asked. */
  sentAtMs: number | null
}

const bracket = 0x5b
const doneText = '[DONE]'

export function readChunk(bytes: Buffer, start: number, end: number, name: string): Chunk {
  if (bytes[start] === bracket && bytes.toString('latin1', start, end).trim() === doneText) {
    return { type: 'done' }
  }
  let value: unknown
  try {
    value = JSON.parse(bytes.toString('utf8', start, end))
  } catch {
    // Not JSON: the caller fails the request and names what stood there.
    return { type: 'malformed', detail: `not JSON: ${excerpt(bytes, start, end)}` }
  }
  if (!isRecord(value)) {
    return { type: 'malformed', detail: `not an object: ${excerpt(bytes, start, end)}` }
  }
  const error = errorOf(value, name)
  return error === null ? tokensOf(value) : { type: 'error', detail: error }
}

/** `{"error": {"message"}}`, `{"error": "text"}`, `{"object": "error", "message"}`, or an event named `error`. */
function errorOf(value: Record<string, unknown>, name: string): string | null {
  const error = value['error']
  const isError = (error !== undefined && error !== null) || value['object'] === 'error'
  if (!isError && name !== 'error') return null
  const source = isRecord(error) ? error : value
  const message = source['message'] ?? error ?? source['detail']
  return typeof message === 'string' ? message.slice(0, longestExcerpt) : 'no message'
}

function tokensOf(value: Record<string, unknown>): TokenChunk {
  const choices = Array.isArray(value['choices']) ? value['choices'] : []
  const first: unknown = choices[0]
  const choice = isRecord(first) ? first : null
  const usage = isRecord(value['usage']) ? value['usage'] : null
  const details = usage === null ? null : usage['prompt_tokens_details']
  const sentAtMs = value['sent_at_ms']
  const finishReason = choice?.['finish_reason']
  return {
    type: 'tokens',
    hasContent: choice !== null && hasContent(choice),
    isUsageOnly: choice === null,
    outputTokens: usage === null ? null : countOf(usage['completion_tokens']),
    inputTokens: usage === null ? null : countOf(usage['prompt_tokens']),
    cachedInputTokens: isRecord(details) ? countOf(details['cached_tokens']) : null,
    idCount: choice === null ? null : lengthOf(choice['token_ids']),
    logprobCount: choice === null ? null : logprobsOf(choice['logprobs']),
    finishReason: typeof finishReason === 'string' ? finishReason : null,
    sentAtMs: typeof sentAtMs === 'number' ? sentAtMs : null,
  }
}

/** `text` of completions; `content`, `reasoning_content` (DeepSeek, SGLang), `reasoning` (vLLM, Ollama) or tool calls of chat. */
function hasContent(choice: Record<string, unknown>): boolean {
  if (isText(choice['text'])) return true
  const delta = choice['delta']
  if (!isRecord(delta)) return false
  return (
    isText(delta['content']) ||
    isText(delta['reasoning_content']) ||
    isText(delta['reasoning']) ||
    isText(delta['refusal']) ||
    (lengthOf(delta['tool_calls']) ?? 0) > 0
  )
}

const isText = (value: unknown): boolean => typeof value === 'string' && value !== ''

/** Chat: `{content: []}`; completions: `{tokens: []}`. */
function logprobsOf(logprobs: unknown): number | null {
  return isRecord(logprobs) ? lengthOf(logprobs['content'] ?? logprobs['tokens']) : null
}

const lengthOf = (value: unknown): number | null => (Array.isArray(value) ? value.length : null)

/** A count as servers should send it; anything else is no count. */
function countOf(value: unknown): number | null {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value < 2 ** 31
    ? value
    : null
}

const longestExcerpt = 200

function excerpt(bytes: Buffer, start: number, end: number): string {
  return bytes.toString('utf8', start, Math.min(end, start + longestExcerpt))
}
