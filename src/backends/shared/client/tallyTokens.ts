/** Decides how many tokens every chunk of an answer brought, by the best witness there is. Pure. */

import type { OnTokens, TokenCounts } from '../../backend.ts'
import { type ChunkLog, untold } from './chunkLog.ts'

export interface Tally {
  counts: TokenCounts
  /** By usage, ids or log-probabilities, in this order; null when chunks are all there is. */
  outputTokens: number | null
}

/**
 * Calls `onTokens` for every chunk that brought tokens and returns all counts. The order of trust: docs/load-client.md.
 * A running total counts several tokens per chunk (speculation) and tokens held back by a parser; where only the total at the
 * end is known, it is shared evenly among the chunks, so that mean inter-token latency is right though its spread is not.
 */
export function tallyTokens(log: ChunkLog, onTokens: OnTokens): Tally {
  const counts = countAll(log)
  const tokensUpTo = runningTotal(log, counts)
  let before = 0
  for (let at = 0; at < log.count; at++) {
    const now = tokensUpTo(at)
    if (now > before) onTokens(log.atMs[at] ?? 0, now - before)
    before = now
  }
  const { continuousUsage, finalUsage, tokenIds, logprobs } = counts
  return { counts, outputTokens: continuousUsage ?? finalUsage ?? tokenIds ?? logprobs }
}

function countAll(log: ChunkLog): TokenCounts {
  const isContinuous = hasRunningTotal(log)
  const counts = {
    continuousUsage: isContinuous ? log.lastUsage : null,
    finalUsage: log.finalUsage ?? (isContinuous ? null : log.lastUsage),
    tokenIds: sumTold(log, log.ids),
    logprobs: sumTold(log, log.logprobs),
    chunks: log.contentCount,
  }
  return { ...counts, stepsBy: bestWitness(counts) }
}

function bestWitness(counts: Omit<TokenCounts, 'stepsBy'>): TokenCounts['stepsBy'] {
  if (counts.continuousUsage !== null) return 'continuous usage'
  if (counts.tokenIds !== null) return 'token ids'
  if (counts.logprobs !== null) return 'logprobs'
  // Fewer tokens than chunks: the server left some out (reasoning), and nobody knows which.
  return (counts.finalUsage ?? 0) > counts.chunks && counts.chunks > 0 ? 'spread' : 'chunks'
}

/**
 * Whether the usage in the chunks is a total that runs along with them. It is not where it comes with the last chunk only
 * (llama.cpp), and not where it is filled with zeros or with the final total from the start.
 */
function hasRunningTotal({ count, usage, hasContent, contentCount }: ChunkLog): boolean {
  let first = untold
  let last = untold
  let seenContent = 0
  for (let at = 0; at < count; at++) {
    const now = usage[at] ?? untold
    const isContent = hasContent[at] === 1
    if (isContent && now < 1) return false
    if (isContent) seenContent++
    if (now === untold) continue
    if (now < last) return false
    if (first === untold) first = now
    last = now
  }
  return last > first || (seenContent === 1 && contentCount === 1)
}

/** The sum over all chunks; null unless every chunk with content told a number and there is one above 0. */
function sumTold({ count, hasContent }: ChunkLog, told: Int32Array): number | null {
  let sum = 0
  for (let at = 0; at < count; at++) {
    const now = told[at] ?? untold
    if (now === untold && hasContent[at] === 1) return null
    sum += Math.max(0, now)
  }
  return sum === 0 ? null : sum
}

/** Tokens up to and including each chunk; asked for one chunk after the other. */
function runningTotal(log: ChunkLog, counts: TokenCounts): (at: number) => number {
  const { usage, ids, logprobs, hasContent } = log
  let total = 0
  let chunks = 0
  switch (counts.stepsBy) {
    case 'continuous usage':
      return (at) => (total = Math.max(total, usage[at] ?? 0))
    case 'token ids':
      return (at) => (total += Math.max(0, ids[at] ?? 0))
    case 'logprobs':
      return (at) => (total += Math.max(0, logprobs[at] ?? 0))
    case 'chunks':
      return (at) => (chunks += hasContent[at] ?? 0)
    case 'spread':
      return (at) => {
        chunks += hasContent[at] ?? 0
        return Math.floor(((counts.finalUsage ?? 0) * chunks) / counts.chunks)
      }
  }
}
