/** Finds out whether any server is at an address: the client opens one connection, and asks nothing. */

import type { WorkerContext } from '../../../core/context.ts'
import { AppError, messageOf } from '../../../core/errors.ts'
import { errorCodeOf } from '../../../core/files.ts'
import { openConnections } from './connections.ts'

/** Throws `SERVER_UNREACHABLE`, `SERVER_CONNECTION_FAILED` where there is one, and the signal's reason. */
export async function requireServer(
  baseUrl: string,
  { clock, signal }: Pick<WorkerContext, 'clock' | 'signal'>,
): Promise<void> {
  signal.throwIfAborted()
  const connections = openConnections(new URL(baseUrl), { clock })
  // What is being opened then fails.
  signal.addEventListener('abort', connections.close)
  try {
    await connections.connect(1)
  } catch (cause) {
    signal.throwIfAborted()
    throw connectionError(baseUrl, cause)
  } finally {
    signal.removeEventListener('abort', connections.close)
    connections.close()
  }
}

/** What connect(2) and getaddrinfo(3) say where nobody answers. Our own time limit has no code. */
const unanswered: ReadonlySet<string | null> = new Set([
  null,
  'ECONNREFUSED',
  'ETIMEDOUT',
  'EHOSTDOWN',
  'EHOSTUNREACH',
  'ENETDOWN',
  'ENETUNREACH',
  'EAI_AGAIN',
  'ENOTFOUND',
])

function connectionError(url: string, thrown: unknown): AppError {
  const code = errorCodeOf(thrown)
  // A name with several addresses fails with an error that has a code and no message.
  const cause = messageOf(thrown).trim() || (code ?? 'no answer')
  const kind = unanswered.has(code) ? 'SERVER_UNREACHABLE' : 'SERVER_CONNECTION_FAILED'
  return new AppError(kind, { url, cause }, { cause: thrown })
}
