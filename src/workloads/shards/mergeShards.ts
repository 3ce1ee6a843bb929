/** Puts together what shards of one load bring back: records by their index, counts as sums, limits by the worst of them. Pure. */

import type { ClientProof } from '../../core/clientProof.ts'
import type { RequestRecord } from '../driveLoad.ts'

export function mergeRecords(shards: readonly (readonly RequestRecord[])[]): RequestRecord[] {
  return shards.flat().sort((a, b) => a.index - b.index)
}

/** Null without a shard. */
export function mergeProofs(proofs: readonly ClientProof[]): ClientProof | null {
  const [first, ...others] = proofs
  return first === undefined ? null : others.reduce(mergeTwo, first)
}

function mergeTwo(a: ClientProof, b: ClientProof): ClientProof {
  return {
    requests: a.requests + b.requests,
    tokens: a.tokens + b.tokens,
    chunks: a.chunks + b.chunks,
    lateConnections: a.lateConnections + b.lateConnections,
    retriedConnections: a.retriedConnections + b.retriedConnections,
    cpuMs: a.cpuMs + b.cpuMs,
    chunksPerRead: worst(a.chunksPerRead, b.chunksPerRead),
    sendSkewP99Ms: worst(a.sendSkewP99Ms, b.sendSkewP99Ms),
    dispatchDelayP99Ms: worst(a.dispatchDelayP99Ms, b.dispatchDelayP99Ms),
    receiveLagP99Ms: worst(a.receiveLagP99Ms, b.receiveLagP99Ms),
    eventLoopDelayP99Ms: worst(a.eventLoopDelayP99Ms, b.eventLoopDelayP99Ms),
    utilization: Math.max(a.utilization, b.utilization),
  }
}

const worst = (a: number | null, b: number | null): number | null =>
  a === null ? b : b === null ? a : Math.max(a, b)
