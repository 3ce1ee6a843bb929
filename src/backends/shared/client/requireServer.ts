/** Finds out whether any server is at an address, at the cost of one small question. */

import { AppError } from '../../../core/errors.ts'
import { errorCodeOf } from '../../../core/files.ts'
import { isRefusal } from './requestFailure.ts'

/** One that is slower than this is there, and is judged when it is asked for tokens. */
const timeoutMs = 5000

/** Throws `SERVER_UNREACHABLE` when no connection can be made. Any answer will do, also one that wants a key. */
export async function requireServer(baseUrl: string, signal: AbortSignal): Promise<void> {
  try {
    const response = await fetch(`${baseUrl.replace(/\/+$/, '')}/models`, {
      redirect: 'manual',
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
    })
    await response.body?.cancel()
  } catch (thrown) {
    signal.throwIfAborted()
    const beneath = thrown instanceof Error ? thrown.cause : null
    const code = errorCodeOf(beneath)
    // Whatever else went wrong, something is there: the client that needs it says more.
    if (code === null || !isRefusal(code)) return
    throw new AppError('SERVER_UNREACHABLE', { url: baseUrl, cause: code }, { cause: beneath })
  }
}
