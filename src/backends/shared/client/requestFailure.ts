/** How a request can fail, each with what exactly happened. */

import { errorCodeOf } from '../../../core/files.ts'

export type FailureKind =
  /** No connection could be made. */
  | 'refused'
  /** An HTTP status other than 200. */
  | 'status'
  /** The answer is no event stream. */
  | 'not a stream'
  /** The connection broke before the answer ended. */
  | 'reset'
  /** No token for too long. */
  | 'stalled'
  /** The answer ended without a finish reason and without [DONE]. */
  | 'truncated'
  /** The server reported an error inside the stream. */
  | 'error event'
  /** Something in the stream is not what the protocol says. */
  | 'malformed'
  /** One event is larger than we accept. */
  | 'oversized'
  /** Far more tokens than asked for. */
  | 'endless'
  /** The answer ended as it should, without a token. */
  | 'empty'

export interface RequestFailure {
  kind: FailureKind
  /** What happened, one sentence; holds no secret. */
  detail: string
  /** The HTTP status; null when there was none or it was 200. */
  status: number | null
}

/** What the system or the parser said of a connection; null when it was just closed. `where`: how far the answer had come. */
export function connectionFailure(error: Error | null, where: string): RequestFailure {
  const code = errorCodeOf(error)
  const what = code ?? error?.message ?? 'the connection was closed'
  return { kind: kindOf(error, code), status: null, detail: `${what}, ${where}` }
}

function kindOf(error: Error | null, code: string | null): FailureKind {
  if (error instanceof SyntaxError) return 'malformed'
  return code !== null && refusals.has(code) ? 'refused' : 'reset'
}

const refusals = new Set([
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ETIMEDOUT',
  'EADDRNOTAVAIL',
  'EMFILE',
])
