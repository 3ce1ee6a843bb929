/** Sends requests on a schedule made before the window, whatever the server does: an open loop, the sibling of `driveLoad`. */

import type { BackendSession, GenerateRequest } from '../backends/backend.ts'
import type { Clock } from '../core/clock.ts'
import type { RequestRecord } from './driveLoad.ts'
import {
  type PreparedRequest,
  prepareRequest,
  type SendOptions,
  sendRequest,
} from './sendRequest.ts'

export interface OpenLoopOptions extends SendOptions {
  /** One arrival per request in rising order, milliseconds from the start. */
  arrivalsMs: ArrayLike<number>
  /** Most requests in flight; those beyond wait, and the wait is kept. Null for no cap. */
  concurrencyCap: number | null
  /** When the schedule begins; absent: soon. */
  startAtMs?: number | undefined
  /** Told after every request. */
  onRequest?(record: RequestRecord): void
}

/** Time to get going before the first request is due. */
const leadMs = 20

/**
 * Sends every request that has an arrival and returns their records, with the time each was scheduled for: latency counts from
 * there, or a server that stalls would hide it. A request that fails is an outcome. Rejects only when aborted.
 */
export async function driveOpenLoop(
  session: BackendSession,
  requests: readonly GenerateRequest[],
  options: OpenLoopOptions,
): Promise<RequestRecord[]> {
  const { arrivalsMs, clock, signal } = options
  const prepared = requests.slice(0, arrivalsMs.length).map(prepareRequest)
  const gate = openGate(options.concurrencyCap)
  const startMs = options.startAtMs ?? clock.nowMs() + leadMs
  const running: Promise<void>[] = []
  for (const [index, next] of prepared.entries()) {
    const scheduledAtMs = startMs + (arrivalsMs[index] ?? 0)
    await waitUntil(scheduledAtMs, clock, signal)
    next.record.scheduledAtMs = scheduledAtMs
    running.push(sendInTurn(session, next, gate, options))
  }
  await Promise.all(running)
  signal.throwIfAborted()
  return prepared.map(({ record }) => record)
}

/** Sends as soon as there is a place, and keeps how long that took. */
async function sendInTurn(
  session: BackendSession,
  next: PreparedRequest,
  gate: Gate,
  options: OpenLoopOptions,
): Promise<void> {
  const { clock, signal, onRequest } = options
  const dueMs = clock.nowMs()
  const isFree = gate.enter()
  if (isFree !== null) await isFree
  next.record.queueWaitMs = isFree === null ? 0 : clock.nowMs() - dueMs
  if (!signal.aborted) await sendRequest(session, next, options)
  gate.leave()
  if (!signal.aborted) onRequest?.(next.record)
}

/** Resolves at the deadline, late by no more than a timer is: it sleeps and never spins. */
async function waitUntil(deadlineMs: number, clock: Clock, signal: AbortSignal): Promise<void> {
  for (;;) {
    signal.throwIfAborted()
    const restMs = deadlineMs - clock.nowMs()
    if (restMs <= 0) return
    await clock.sleep(restMs, signal)
  }
}

interface Gate {
  /** Null when there is a place, else a promise of one. */
  enter(): Promise<void> | null
  leave(): void
}

/** Places for requests, given out in the order they were asked for. */
function openGate(cap: number | null): Gate {
  const waiting: (() => void)[] = []
  let places = cap ?? Number.POSITIVE_INFINITY
  return {
    enter() {
      if (places === 0) return new Promise((resolve) => waiting.push(resolve))
      places--
      return null
    },
    leave() {
      const next = waiting.shift()
      if (next === undefined) places++
      else next()
    },
  }
}
