/** Answers requests for tokens through the fake engine, and keeps its totals. */

import type { ServerResponse } from 'node:http'
import type { Clock } from '../../../core/clock.ts'
import { answerStream } from './answerStream.ts'
import { answerWhole } from './answerWhole.ts'
import { openEngine } from './engine.ts'
import type { FakeServerOptions, Fault } from './fakeServerOptions.ts'
import type { EngineMetrics } from './metricsText.ts'
import type { Order } from './readOrder.ts'
import { refuse } from './sendJson.ts'

export interface Answers {
  answer(order: Order, response: ServerResponse): void
  requestCount(): number
  metrics(): EngineMetrics
  stop(): void
}

/** The fault of one request, counted from 1; null for none. */
export type ChooseFault = (order: Order, ordinal: number) => Fault | null

export function openAnswers(
  options: FakeServerOptions,
  choose: ChooseFault,
  clock: Clock,
): Answers {
  const engine = openEngine(options, clock)
  const totals = {
    cachedTokens: 0,
    promptTokens: 0,
    generatedTokens: 0,
    firstTokenMs: 0,
    firstTokenCount: 0,
    endToEndMs: 0,
    endToEndCount: 0,
  }
  let requestCount = 0

  const start = (order: Order, fault: Fault | null, response: ServerResponse): void => {
    let held = order.promptTokens
    let isFirst = true
    const arrivedAtMs = clock.nowMs()
    totals.promptTokens += held
    totals.cachedTokens += held
    const shared = {
      id: `cmpl-${requestCount}`,
      order,
      options,
      response,
      clock,
      onTokens(count: number): void {
        if (isFirst) {
          isFirst = false
          totals.firstTokenMs += clock.nowMs() - arrivedAtMs
          totals.firstTokenCount++
        }
        held += count
        totals.cachedTokens += count
        totals.generatedTokens += count
      },
    }
    const member =
      order.stream && fault?.kind !== 'no-stream'
        ? answerStream({ ...shared, fault, onDrain: engine.wake })
        : answerWhole(shared)
    engine.add(member)
    response.on('finish', () => {
      totals.endToEndMs += clock.nowMs() - arrivedAtMs
      totals.endToEndCount++
    })
    response.on('close', () => {
      totals.cachedTokens -= held
      engine.remove(member)
    })
  }
  return {
    answer(order, response) {
      requestCount++
      const fault = choose(order, requestCount) ?? faultOf(options, requestCount)
      if (fault?.kind === 'status') refuse(response, fault.status, `told to say ${fault.status}`)
      else if (fault?.kind === 'drop') response.socket?.resetAndDestroy()
      else start(order, fault, response)
    },
    requestCount: () => requestCount,
    metrics: () => ({
      ...totals,
      running: engine.runningCount(),
      waiting: engine.waitingCount(),
    }),
    stop: engine.stop,
  }
}

function faultOf({ faults }: FakeServerOptions, ordinal: number): Fault | null {
  return faults.find(({ every }) => ordinal % every === 0)?.fault ?? null
}
