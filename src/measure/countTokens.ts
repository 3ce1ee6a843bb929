/** Counts tokens once, with the engine's word before our own. */

import type { Result } from '../store/resultFile.ts'
import type { RequestRecord } from '../workloads/driveLoad.ts'

/** Token counts of a window; a count is null as soon as it is unknown for one completed request. */
export function countTokens(
  requests: readonly RequestRecord[],
  discardedInputTokens: number,
): Result['tokens'] {
  const completed = requests.flatMap((record) =>
    record.outcome.status === 'completed'
      ? [{ record, completion: record.outcome.completion }]
      : [],
  )
  const failed = requests.filter(({ outcome }) => outcome.status !== 'completed')
  const isCountedByEngine = completed.every(({ completion }) => completion.outputTokens !== null)
  return {
    inputTokens: sumKnown(
      completed.map(({ record, completion }) => completion.inputTokens ?? record.promptTokens),
    ),
    outputTokens: sumKnown(
      completed.map(({ record, completion }) =>
        isCountedByEngine ? completion.outputTokens : streamedTokens(record),
      ),
    ),
    discardedInputTokens,
    discardedOutputTokens: failed.reduce((sum, record) => sum + streamedTokens(record), 0),
    countedBy: isCountedByEngine ? 'engine' : 'stream',
  }
}

/** Tokens of one request as they arrived. */
export function streamedTokens({ stepCount, stepTokens }: RequestRecord): number {
  return stepTokens.subarray(0, stepCount).reduce((sum, tokens) => sum + tokens, 0)
}

function sumKnown(counts: readonly (number | null)[]): number | null {
  return counts.reduce((sum, count) => (sum === null || count === null ? null : sum + count), 0)
}
