/** One GET of JSON from a meter on the network. */

import type { Environment } from '../../core/context.ts'
import { messageOf } from '../../core/errors.ts'

export interface MeterRequest {
  url: string
  signal: AbortSignal
  /** Name and password for meters that ask: LLEM_METER_USER and LLEM_METER_PASSWORD. */
  env: Environment
}

/** Throws an `Error` whose message says what the meter answered instead. */
export async function fetchJson({ url, signal, env }: MeterRequest): Promise<unknown> {
  const { user, password } = meterCredentials(env)
  const headers: Record<string, string> = { accept: 'application/json' }
  if (user !== null) {
    headers['authorization'] = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`
  }
  const response = await fetch(url, { signal, headers, redirect: 'error' }).catch((thrown) => {
    throw new Error(causeOf(thrown), { cause: thrown })
  })
  const text = await response.text()
  if (response.status === 401) throw new Error(unauthorized)
  if (!response.ok) throw new Error(`it answers ${response.status} ${response.statusText}`.trim())
  try {
    const json: unknown = JSON.parse(text)
    return json
  } catch (thrown) {
    throw new Error('its answer is not JSON', { cause: thrown })
  }
}

export function meterCredentials(env: Environment): { user: string | null; password: string } {
  return { user: env['LLEM_METER_USER'] ?? null, password: env['LLEM_METER_PASSWORD'] ?? '' }
}

export const unauthorized = 'it asks for a name and a password'

/** `fetch failed` says nothing: what failed is its cause. */
function causeOf(thrown: unknown): string {
  const cause = thrown instanceof Error ? (thrown.cause ?? thrown) : thrown
  return messageOf(cause)
}
