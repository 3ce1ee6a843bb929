/** Latency as the field defines it: TTFT from send to first token, ITL between tokens, end to end from send to last. */

import { mean, quantile } from '../stats/descriptive.ts'
import type { Latency, Result } from '../store/resultFile.ts'
import type { RequestRecord } from '../workloads/driveLoad.ts'

export function summarizeLatency(completed: readonly RequestRecord[]): Result['latency'] {
  const withTokens = completed.filter(({ stepCount }) => stepCount > 0)
  return {
    timeToFirstToken: latencyOf(
      withTokens.map(({ stepAtMs, sentAtMs }) => (stepAtMs[0] ?? sentAtMs) - sentAtMs),
    ),
    interTokenLatency: latencyOf(withTokens.flatMap(gapsPerToken)),
    endToEnd: latencyOf(completed.map(({ sentAtMs, endedAtMs }) => endedAtMs - sentAtMs)),
  }
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

function latencyOf(durationsMs: readonly number[]): Latency {
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
