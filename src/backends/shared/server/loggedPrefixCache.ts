/** What an engine that tells of its prefix cache nowhere else has logged of it when it started. */

import type { PrefixCache } from '../../backend.ts'
import type { EngineLog } from './engineLog.ts'

/** `pattern`: its first group is the value, true or false in any case, and the whole match what is kept as the fact. */
export async function loggedPrefixCache(log: EngineLog, pattern: RegExp): Promise<PrefixCache> {
  const [line, value] = pattern.exec(await log.tail()) ?? []
  return line === undefined || value === undefined
    ? { isOn: null, facts: {} }
    : { isOn: value.toLowerCase() === 'true', facts: { log: line } }
}
