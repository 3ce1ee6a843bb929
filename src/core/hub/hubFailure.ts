/** What went wrong between us and the hub, in words a person can act on. */

import { messageOf } from '../errors.ts'

export interface HubFailure {
  cause: string
  /** True when the hub wants to know who asks: a private or gated repository, or one that does not exist. */
  needsToken: boolean
  /** True when no answer came at all, so that what is on this disk is all there is. */
  isOffline: boolean
}

export function hubFailure(thrown: unknown): HubFailure {
  const status = statusOf(thrown)
  if (status === null) {
    const below = thrown instanceof Error && thrown.cause !== undefined ? thrown.cause : null
    return {
      cause: below === null ? messageOf(thrown) : `${messageOf(thrown)} (${messageOf(below)})`,
      needsToken: false,
      isOffline: thrown instanceof TypeError,
    }
  }
  // The client ends its messages with the URL and the request id, which help nobody here.
  const [said = ''] = messageOf(thrown).split('. URL: ')
  return {
    cause: `the hub answered ${status}: ${said}`,
    needsToken: status === 401 || status === 403,
    isOffline: false,
  }
}

/** The HTTP status of the hub client's `HubApiError`. */
function statusOf(thrown: unknown): number | null {
  if (!(thrown instanceof Error) || !('statusCode' in thrown)) return null
  return typeof thrown.statusCode === 'number' ? thrown.statusCode : null
}
