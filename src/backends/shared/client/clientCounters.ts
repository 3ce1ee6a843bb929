/** Counts what the client does, and watches its own process over a window. */

import {
  createHistogram,
  type EventLoopUtilization,
  monitorEventLoopDelay,
  performance,
  type RecordableHistogram,
} from 'node:perf_hooks'
import type { ClientProof } from '../../../core/clientProof.ts'
import type { ClientWatch } from '../../backend.ts'

export interface Counters {
  requests: number
  tokens: number
  /** Events that brought tokens, counted when their request ends. */
  chunks: number
  /** Requests sent a second time, because the connection that waited for them was closed. */
  retriedConnections: number
  /** Reads of sockets that brought a part of a stream. */
  reads: number
  /** Microseconds, from the call that sends to the request handed to the system. */
  dispatch: RecordableHistogram
  /** Microseconds, from the server's stamp to ours. */
  lag: RecordableHistogram
}

export const openCounters = (): Counters => ({
  requests: 0,
  tokens: 0,
  chunks: 0,
  retriedConnections: 0,
  reads: 0,
  dispatch: createHistogram(),
  lag: createHistogram(),
})

/** Adds a duration; a histogram of Node counts whole units from 1. */
export function addDuration(histogram: RecordableHistogram, durationMs: number): void {
  histogram.record(Math.max(1, Math.round(durationMs * usPerMs)))
}

const usPerMs = 1000
const nsPerMs = 1e6
/** Short enough to see delays of the limit (15 ms), long enough to wake a quiet process only 100 times a second. */
const delayResolutionMs = 10

/** Watches from now on; `lateConnections` is a running total. */
export function watchCounters(counters: Counters, lateConnections: () => number): ClientWatch {
  const delay = monitorEventLoopDelay({ resolution: delayResolutionMs })
  delay.enable()
  counters.dispatch.reset()
  counters.lag.reset()
  const before = { ...counters, lateConnections: lateConnections() }
  const cpuBefore = process.cpuUsage()
  const loopBefore: EventLoopUtilization = performance.eventLoopUtilization()
  return {
    stop(): ClientProof {
      delay.disable()
      const cpu = process.cpuUsage(cpuBefore)
      const readCount = counters.reads - before.reads
      const chunks = counters.chunks - before.chunks
      const delayP99Ms = p99(delay, nsPerMs)
      return {
        requests: counters.requests - before.requests,
        tokens: counters.tokens - before.tokens,
        chunks,
        chunksPerRead: readCount === 0 ? null : chunks / readCount,
        lateConnections: lateConnections() - before.lateConnections,
        retriedConnections: counters.retriedConnections - before.retriedConnections,
        sendSkewP99Ms: null,
        dispatchDelayP99Ms: p99(counters.dispatch, usPerMs),
        receiveLagP99Ms: p99(counters.lag, usPerMs),
        // The monitor holds the time between two looks: the resolution and the delay.
        eventLoopDelayP99Ms:
          delayP99Ms === null ? null : Math.max(0, delayP99Ms - delayResolutionMs),
        utilization: performance.eventLoopUtilization(loopBefore).utilization,
        cpuMs: (cpu.user + cpu.system) / usPerMs,
      }
    },
  }
}

function p99(
  histogram: { count: number; percentile(at: number): number },
  unitsPerMs: number,
): number | null {
  return histogram.count === 0 ? null : histogram.percentile(99) / unitsPerMs
}
