/** Whether an engine answered from its prefix cache in the window: a prompt that was not computed cost no energy. */

import { type Warning, warn } from '../../../core/warnings.ts'
import type { Completion } from '../../backend.ts'

/** Counts from `start` on; before it is warm-up. */
export function prefixCacheWatch() {
  let cachedTokens = 0
  let inputTokens = 0
  return {
    start(): void {
      cachedTokens = 0
      inputTokens = 0
    },
    note(completion: Completion): Completion {
      cachedTokens += completion.cachedInputTokens ?? 0
      inputTokens += completion.inputTokens ?? 0
      return completion
    },
    warnings: (): Warning[] =>
      cachedTokens === 0 ? [] : [warn('PREFIX_CACHE_USED', { cachedTokens, inputTokens })],
  }
}
