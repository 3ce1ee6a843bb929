/** How near a load client came to its own limits while it measured, and the verdict: was it the client that was slow? */

import { z } from 'zod'

const count = z.int().min(0)

export const clientProofSchema = z.strictObject({
  requests: count.describe('requests sent'),
  tokens: count.describe('output tokens received'),
  chunks: count.describe('events received that brought tokens'),
  chunksPerRead: z
    .number()
    .nullable()
    .describe('token events per read of a socket: above 1, events that came apart share a stamp'),
  lateConnections: count.describe('connections opened inside the window'),
  retriedConnections: count.describe(
    'requests sent a second time, on a new connection, because the one that had waited for them broke before an answer began; their times count from the first',
  ),
  sendSkewP99Ms: z
    .number()
    .nullable()
    .describe('actual less scheduled time of sending, 99th percentile; null in a closed loop'),
  dispatchDelayP99Ms: z
    .number()
    .nullable()
    .describe('from the call that sends to the request handed to the system, 99th percentile'),
  receiveLagP99Ms: z
    .number()
    .nullable()
    .describe('stamp here less stamp of a server on this clock, 99th percentile; null for others'),
  eventLoopDelayP99Ms: z.number().nullable().describe('how late timers fired, 99th percentile'),
  utilization: z.number().describe('share of the window in which the event loop was busy'),
  cpuMs: z.number().describe('CPU time of the client process'),
})
export type ClientProof = z.infer<typeof clientProofSchema>

/**
 * What a client may reach and still be believed. Send and dispatch: the gate of Percentes (2026), half of what inference-perf
 * allows for its median. Utilization: a queue with fixed service times waits 0.75 of one at 0.6 and without bound at 1 (M/G/1;
 * arXiv 2605.24217 models load clients so). Lag, event loop and chunks per read: measured with the fake engine, where the lag is
 * 13 ms at 25 000 tokens/s with 1.0 chunks per read, and beyond 100 ms where two or more come together (docs/load-client.md).
 */
const clientLimits = {
  sendSkewP99Ms: 5,
  dispatchDelayP99Ms: 5,
  receiveLagP99Ms: 15,
  eventLoopDelayP99Ms: 15,
  chunksPerRead: 1.5,
  utilization: 0.6,
} as const satisfies Partial<Record<keyof ClientProof, number>>

export const limitBreachSchema = z.strictObject({
  limit: z.string().describe('name of the figure in client'),
  found: z.number().describe('what it was'),
  allowed: z.number().describe('what it may be'),
})
/** One limit that was passed. */
export type LimitBreach = z.infer<typeof limitBreachSchema>

/** The limits passed, worst first; a figure that is unknown passes none. */
export function breachesOf(proof: ClientProof): LimitBreach[] {
  const found = (name: keyof typeof clientLimits): LimitBreach[] => {
    const value = proof[name]
    const allowed = clientLimits[name]
    return value !== null && value > allowed ? [{ limit: name, found: value, allowed }] : []
  }
  return [
    ...found('sendSkewP99Ms'),
    ...found('dispatchDelayP99Ms'),
    ...found('receiveLagP99Ms'),
    ...found('eventLoopDelayP99Ms'),
    ...found('chunksPerRead'),
    ...found('utilization'),
  ].sort((a, b) => b.found / b.allowed - a.found / a.allowed)
}
