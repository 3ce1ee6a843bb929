/**
 * Latency as the field defines it: TTFT from send to first token, ITL between tokens, TPOT as their mean in one request, end
 * to end from send to last. On a schedule also from the time a request was due, or a server that stalls would hide its queue.
 */

import { mean, quantile } from '../stats/descriptive.ts'
import type { Result } from '../store/resultFile.ts'
import type { Latency } from '../store/resultLoad.ts'
import type { RequestRecord } from '../workloads/driveLoad.ts'
import { streamedTokens } from './countTokens.ts'

export function summarizeLatency(completed: readonly RequestRecord[]): Result['latency'] {
  const isScheduled = completed.some(({ scheduledAtMs }) => scheduledAtMs !== undefined)
  return {
    timeToFirstToken: latencyOf(completed, (record) => firstTokenMs(record, record.sentAtMs)),
    interTokenLatency: interTokenLatency(completed),
    timePerOutputToken: latencyOf(completed, timePerOutputTokenMs),
    endToEnd: latencyOf(completed, ({ sentAtMs, endedAtMs }) => endedAtMs - sentAtMs),
    scheduled: !isScheduled
      ? null
      : {
          ...sinceDue(completed),
          queueWait: latencyOf(completed, ({ queueWaitMs }) => queueWaitMs ?? null),
        },
  }
}

/** What a user waits: from the time a request was due. */
export function sinceDue(completed: readonly RequestRecord[]) {
  return {
    timeToFirstToken: latencyOf(completed, (record) => firstTokenMs(record, dueMs(record))),
    endToEnd: latencyOf(completed, (record) => record.endedAtMs - dueMs(record)),
  }
}

export function interTokenLatency(completed: readonly RequestRecord[]): Latency {
  return describe(completed.flatMap(gapsPerToken))
}

/** When a user asked: the schedule where there is one. */
export const dueMs = ({ scheduledAtMs, sentAtMs }: RequestRecord): number =>
  scheduledAtMs ?? sentAtMs

/** Null for a request without a token. */
export function firstTokenMs({ stepCount, stepAtMs }: RequestRecord, sinceMs: number) {
  return stepCount === 0 ? null : (stepAtMs[0] ?? sinceMs) - sinceMs
}

/** The mean gap of one request; null with no token after those of the first step. */
export function timePerOutputTokenMs(record: RequestRecord): number | null {
  const { stepCount, stepAtMs, stepTokens } = record
  const later = streamedTokens(record) - (stepTokens[0] ?? 0)
  if (stepCount < 2 || later <= 0) return null
  return ((stepAtMs[stepCount - 1] ?? 0) - (stepAtMs[0] ?? 0)) / later
}

/** One gap per token: a step that brings several tokens shares its gap among them. The first step is TTFT, not a gap. */
function gapsPerToken({ stepCount, stepAtMs, stepTokens }: RequestRecord): number[] {
  const gaps: number[] = []
  for (let step = 1; step < stepCount; step++) {
    const tokens = stepTokens[step] ?? 0
    const gapMs = (stepAtMs[step] ?? 0) - (stepAtMs[step - 1] ?? 0)
    for (let token = 0; token < tokens; token++) gaps.push(gapMs / tokens)
  }
  return gaps
}

function latencyOf(
  records: readonly RequestRecord[],
  durationMs: (record: RequestRecord) => number | null,
): Latency {
  return describe(records.map(durationMs).filter((each) => each !== null))
}

function describe(durationsMs: readonly number[]): Latency {
  const ascending = Float64Array.from(durationsMs).sort()
  const meanMs = mean(ascending)
  const at = (probability: number): number => quantile(ascending, probability) ?? 0
  if (meanMs === null) return null
  return {
    count: ascending.length,
    meanMs,
    p50Ms: at(0.5),
    p90Ms: at(0.9),
    p95Ms: at(0.95),
    p99Ms: at(0.99),
    maxMs: at(1),
  }
}
