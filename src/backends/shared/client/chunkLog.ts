/** What the chunks of one answer said of tokens, in arrays made before the request is sent. */

import type { TokenChunk } from './readChunk.ts'

export interface ChunkLog {
  /** Chunks kept: those that may have brought tokens. Only the first `count` entries count. */
  count: number
  atMs: Float64Array
  /** Tokens so far by the server's usage; `untold` when the chunk did not tell. */
  usage: Int32Array
  ids: Int32Array
  logprobs: Int32Array
  hasContent: Uint8Array
  contentCount: number
  /** The last usage that came with a choice, and the one that came alone at the end. */
  lastUsage: number | null
  finalUsage: number | null
}

/** Stands for null in an array of integers. */
export const untold = -1

export function openChunkLog(capacity: number): ChunkLog {
  return {
    count: 0,
    atMs: new Float64Array(capacity),
    usage: new Int32Array(capacity),
    ids: new Int32Array(capacity),
    logprobs: new Int32Array(capacity),
    hasContent: new Uint8Array(capacity),
    contentCount: 0,
    lastUsage: null,
    finalUsage: null,
  }
}

/** Keeps a chunk of which only the running total was read. */
export function addCount(log: ChunkLog, atMs: number, usage: number): void {
  if (log.count === log.atMs.length) grow(log)
  const at = log.count++
  log.lastUsage = usage
  log.contentCount++
  log.atMs[at] = atMs
  log.usage[at] = usage
  log.ids[at] = untold
  log.logprobs[at] = untold
  log.hasContent[at] = 1
}

/** Keeps a chunk. True when the answer grew by it. */
export function addChunk(log: ChunkLog, atMs: number, chunk: TokenChunk): boolean {
  const usage = chunk.outputTokens
  if (chunk.isUsageOnly) {
    if (usage !== null) log.finalUsage = usage
    return false
  }
  const grew = chunk.hasContent || (usage !== null && usage > (log.lastUsage ?? 0))
  if (usage !== null) log.lastUsage = usage
  if (log.count === log.atMs.length) grow(log)
  const at = log.count++
  log.atMs[at] = atMs
  log.usage[at] = usage ?? untold
  log.ids[at] = chunk.idCount ?? untold
  log.logprobs[at] = chunk.logprobCount ?? untold
  log.hasContent[at] = chunk.hasContent ? 1 : 0
  if (chunk.hasContent) log.contentCount++
  return grew
}

/** More chunks than tokens asked for: role, finish and empty chunks, or a server that ignores `max_tokens`. */
function grow(log: ChunkLog): void {
  const capacity = 2 * log.atMs.length + 16
  const { atMs, usage, ids, logprobs, hasContent } = log
  Object.assign(log, openChunkLog(capacity), {
    count: log.count,
    contentCount: log.contentCount,
    lastUsage: log.lastUsage,
    finalUsage: log.finalUsage,
  })
  log.atMs.set(atMs)
  log.usage.set(usage)
  log.ids.set(ids)
  log.logprobs.set(logprobs)
  log.hasContent.set(hasContent)
}
