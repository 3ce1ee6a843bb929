/** Finds out whether any server is at an address: the client opens one connection, and asks nothing. */

import type { Clock } from '../../../core/clock.ts'
import { AppError, messageOf } from '../../../core/errors.ts'
import { errorCodeOf } from '../../../core/files.ts'
import { openConnections } from './connections.ts'

/** Throws `SERVER_UNREACHABLE`. */
export async function requireServer(baseUrl: string, clock: Clock): Promise<void> {
  const connections = openConnections(new URL(baseUrl), { clock })
  try {
    await connections.connect(1)
  } catch (cause) {
    // A name with several addresses fails with an error that has a code and no message.
    const reason = messageOf(cause) || (errorCodeOf(cause) ?? 'no answer')
    throw new AppError('SERVER_UNREACHABLE', { url: baseUrl, cause: reason }, { cause })
  } finally {
    connections.close()
  }
}
