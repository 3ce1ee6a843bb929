/** Ways of decoding that an engine has no word for: it would drop them without one. Pure. */

import type { DecoderConfig } from '../../../config/decoder.ts'
import type { Problem } from '../../../core/problem.ts'

/** Keys whose 0 is off. */
type Switchable = 'top_k' | 'min_p' | 'min_new_tokens'

/** A problem for each of these keys that is switched on. */
export function unknownDecoding(
  backend: string,
  decoder: DecoderConfig,
  keys: readonly Switchable[],
): Problem[] {
  return keys.flatMap((key) => {
    const found = decoder[key]
    if (found === 0) return []
    const message = `expected 0 with ${backend}, found ${found}`
    return [{ path: ['decoder', key], message, hint: 'leave it out: it has no such setting' }]
  })
}
