/** Floating-point operations of a window, estimated from the model's dimensions. */

import type { ModelFacts } from '../backends/backend.ts'
import { msToSeconds } from '../core/units.ts'
import type { Result } from '../store/resultFile.ts'
import type { RequestRecord } from '../workloads/driveLoad.ts'
import { streamedTokens } from './countTokens.ts'

/**
 * 2 FLOPs per active parameter and token, plus 4 L W c for the attention of one token over c positions in L layers of
 * query width W: the forward part of PaLM's count (Chowdhery et al. 2022, appendix B: 6N + 12LHQT with backward).
 * The last generated token is never fed back. Null when a prompt's length or the model's dimensions are unknown.
 */
export function estimateCompute(
  { activeParameterCount, layerCount, attentionWidth }: ModelFacts,
  completed: readonly RequestRecord[],
  durationMs: number,
): Result['compute'] {
  if (layerCount === null || attentionWidth === null) return null
  let flops = 0
  for (const record of completed) {
    if (record.promptTokens === null) return null
    const positions = record.promptTokens + Math.max(0, streamedTokens(record) - 1)
    const attended = (positions * (positions + 1)) / 2
    flops += 2 * activeParameterCount * positions + 4 * layerCount * attentionWidth * attended
  }
  return {
    flops,
    flopsPerSecond: flops / msToSeconds(durationMs),
    formula:
      'sum over requests of 2 * activeParameterCount * T + 4 * layerCount * attentionWidth * T * (T + 1) / 2, T = prompt tokens + output tokens - 1',
  }
}
