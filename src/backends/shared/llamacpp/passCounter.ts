/** Plans what goes into each decoding pass, and counts: passes, sequences in each, tokens computed. */

import type { BatchingOptions } from 'node-llama-cpp'

type PlanPass = Exclude<BatchingOptions['itemPrioritizationStrategy'], string | undefined>

export interface PassCount {
  readonly passCount: number
  /** Mean over all passes; null before the first. */
  readonly meanSequences: number | null
  /** Tokens that went through the model, of prompts and of output. */
  readonly tokenCount: number
  /** Every sequence gets one token, the rest of the room goes to those that came first: prompts are cut, never starved. */
  plan: PlanPass
}

export function passCounter(): PassCount {
  let passCount = 0
  let sequenceCount = 0
  let tokenCount = 0
  return {
    get passCount() {
      return passCount
    },
    get meanSequences() {
      return passCount === 0 ? null : sequenceCount / passCount
    },
    get tokenCount() {
      return tokenCount
    },
    plan({ items, size }) {
      passCount += 1
      sequenceCount += items.length
      let room = size - items.length
      return items.map((item) => {
        const extra = Math.max(0, Math.min(room, item.tokens.length - 1))
        room -= extra
        tokenCount += 1 + extra
        return { item, processAmount: 1 + extra }
      })
    },
  }
}
