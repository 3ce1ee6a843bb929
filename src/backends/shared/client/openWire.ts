/** Sends bodies and watches over every answer: none is lost to a stall, an abort or a close. */

import type { Clock } from '../../../core/clock.ts'
import type { ClientWatch } from '../../backend.ts'
import { openCounters, watchCounters } from './clientCounters.ts'
import { openConnections } from './connections.ts'
import { type Answer, Exchange, type Order } from './exchange.ts'
import { httpMessage } from './httpMessage.ts'

export interface WireOptions {
  url: URL
  /** Null for none. Taken out of every text a server sends back. */
  apiKey: string | null
  stallMs: number
  longestEventBytes: number
  /** False for a server that closes each connection after one answer. */
  reusesConnections: boolean
  clock: Clock
}

export interface Wire extends AsyncDisposable {
  /** A body with its head before it. */
  messageOf(body: Buffer): Buffer
  /** Resolves however the request ended. */
  send(order: Omit<Order, 'onSettled'>, signal: AbortSignal): Promise<Answer>
  connect(count: number): Promise<void>
  watch(): ClientWatch
}

/** Often enough to end a stall soon after its limit, seldom enough to cost nothing. */
const longestCheckMs = 1000

export function openWire(options: WireOptions): Wire {
  const { url, apiKey, stallMs, longestEventBytes, reusesConnections, clock } = options
  const connections = openConnections(url, { clock, areReused: reusesConnections })
  const counters = openCounters()
  const { takeNew } = connections
  const deps = { counters, clock, longestEventBytes, stallMs, takeNew }
  const closed = new AbortController()
  const inFlight = groupBySignal()
  const watchProgress = async (): Promise<void> => {
    for (;;) {
      await clock.sleep(Math.min(longestCheckMs, stallMs / 4), closed.signal)
      const nowMs = clock.nowMs()
      for (const exchange of inFlight.all()) exchange.checkProgress(nowMs)
    }
  }
  // Ends with the close, which is no failure.
  watchProgress().catch(() => {})
  return {
    messageOf: httpMessage({ url, apiKey }),
    send: (order, signal) =>
      new Promise((resolve) => {
        if (signal.aborted) return resolve({ status: 'aborted' })
        const onSettled = (answer: Answer): void => {
          inFlight.remove(exchange, signal)
          resolve(withoutSecret(answer, apiKey))
        }
        const exchange = new Exchange(deps, { ...order, onSettled }, connections.take())
        inFlight.add(exchange, signal)
      }),
    connect: connections.connect,
    watch: () => watchCounters(counters, connections.lateCount),
    async [Symbol.asyncDispose]() {
      closed.abort()
      for (const exchange of inFlight.all()) exchange.abort()
      connections.close()
    },
  }
}

/** The exchanges under way by the signal that ends them: one listener per signal, however many requests share it. */
function groupBySignal() {
  const groups = new Map<AbortSignal, { exchanges: Set<Exchange>; onAbort: () => void }>()
  return {
    all: () => [...groups.values()].flatMap(({ exchanges }) => [...exchanges]),
    add(exchange: Exchange, signal: AbortSignal): void {
      const group = groups.get(signal)
      if (group !== undefined) {
        group.exchanges.add(exchange)
        return
      }
      const exchanges = new Set([exchange])
      const onAbort = (): void => {
        for (const one of [...exchanges]) one.abort()
      }
      signal.addEventListener('abort', onAbort, { once: true })
      groups.set(signal, { exchanges, onAbort })
    },
    remove(exchange: Exchange, signal: AbortSignal): void {
      const group = groups.get(signal)
      group?.exchanges.delete(exchange)
      if (group?.exchanges.size !== 0) return
      signal.removeEventListener('abort', group.onAbort)
      groups.delete(signal)
    },
  }
}

/** A server may quote the key it refuses. */
function withoutSecret(answer: Answer, secret: string | null): Answer {
  if (secret === null || secret === '' || answer.status !== 'failed') return answer
  const detail = answer.failure.detail.replaceAll(secret, '[key]')
  return { status: 'failed', failure: { ...answer.failure, detail } }
}
