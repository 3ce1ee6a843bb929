/** Asks a server once, before the window, whether it takes the fields that engines added to OpenAI's, and goes without if not. */

import { AppError } from '../../../core/errors.ts'
import type { Completion, GenerateRequest } from '../../backend.ts'
import { type BodyOptions, buildRequestBody, fieldsBeyondStandard } from './buildRequestBody.ts'
import type { Wire } from './openWire.ts'
import type { RequestFailure } from './requestFailure.ts'

export interface Agreement {
  fields: BodyOptions['fields']
  /** What the server refused: what these fields ask for does not happen. */
  refusedFields: readonly string[]
  /** How the server counts tokens. */
  usage: 'continuous' | 'final' | 'none'
}

/** Two tokens: a total that comes with every chunk can then be told from one that comes at the end. */
const question: GenerateRequest = {
  index: 0,
  prompt: 'Hello',
  promptTokens: null,
  maxOutputTokens: 2,
  seed: 0,
}

export async function agreeOnFields(
  wire: Wire,
  options: Omit<BodyOptions, 'fields'>,
  { baseUrl, signal }: { baseUrl: string; signal: AbortSignal },
): Promise<Agreement> {
  const ask = async (fields: BodyOptions['fields']) => {
    const answer = await wire.send(
      {
        message: wire.messageOf(buildRequestBody(question, { ...options, fields })),
        maxOutputTokens: 2,
        onTokens: () => {},
      },
      signal,
    )
    signal.throwIfAborted()
    return answer
  }
  const first = await ask('all')
  const isRefused = first.status === 'failed' && refusals.has(first.failure.status ?? 0)
  const last = isRefused ? await ask('standard') : first
  if (last.status === 'failed' && last.failure.kind !== 'empty')
    throw openFailure(last.failure, baseUrl)
  return {
    fields: isRefused ? 'standard' : 'all',
    refusedFields: isRefused ? fieldsBeyondStandard(options) : [],
    usage: last.status === 'completed' ? usageOf(last.completion) : 'none',
  }
}

/** Bad request, and FastAPI's word for a body that does not fit its schema. */
const refusals: ReadonlySet<number> = new Set([400, 422])

function usageOf({ tokenCounts }: Completion): Agreement['usage'] {
  if ((tokenCounts?.continuousUsage ?? null) !== null) return 'continuous'
  return (tokenCounts?.finalUsage ?? null) === null ? 'none' : 'final'
}

function openFailure({ kind, detail, status }: RequestFailure, url: string): AppError {
  if (status !== null) return new AppError('SERVER_REFUSED', { url, status, detail })
  if (kind === 'refused') return new AppError('SERVER_UNREACHABLE', { url, cause: detail })
  return new AppError('REQUEST_FAILED', { kind, detail })
}
