/** What a person may watch while a run goes on: requests and tokens, told at most once a second and never per token. */

import type { WorkerContext } from '../core/context.ts'
import { msToSeconds } from '../core/units.ts'
import type { RequestRecord } from '../workloads/driveLoad.ts'

const everyMs = 1000

export interface LiveFigures {
  /** A listener for the requests of one phase. */
  during(phase: 'warmup' | 'measure', requestsTotal: number | null): (record: RequestRecord) => void
}

export function liveFigures(ctx: WorkerContext): LiveFigures {
  return {
    during(phase, requestsTotal) {
      let requestsDone = 0
      let outputTokens = 0
      let startMs: number | null = null
      let saidMs = Number.NEGATIVE_INFINITY
      return (record) => {
        startMs ??= record.sentAtMs
        requestsDone++
        for (let step = 0; step < record.stepCount; step++)
          outputTokens += record.stepTokens[step] ?? 0
        const nowMs = record.endedAtMs
        if (nowMs - saidMs < everyMs && requestsDone !== requestsTotal) return
        saidMs = nowMs
        const seconds = msToSeconds(nowMs - startMs)
        const tokensPerSecond = seconds > 0 ? outputTokens / seconds : null
        ctx.emit({
          type: 'load',
          phase,
          requestsDone,
          requestsTotal,
          outputTokens,
          tokensPerSecond,
        })
      }
    },
  }
}
