/** Runs the real workload until its throughput stops changing, so that the window sees the steady state and not the way there. */

import type { BackendSession, GenerateRequest } from '../backends/backend.ts'
import type { ExperimentConfig } from '../config/experimentConfig.ts'
import { msToSeconds, secondsToMs } from '../core/units.ts'
import { coefficientOfVariation, mean } from '../stats/descriptive.ts'
import { linearTrend } from '../stats/trend.ts'
import { driveLoad, type LoadOptions, type RequestRecord } from '../workloads/driveLoad.ts'

export interface Warmup {
  requests: number
  isSteady: boolean
  /** Coefficient of variation of throughput over the last requests; null with too few of them. */
  variation: number | null
  durationMs: number
}

type WarmupConfig = ExperimentConfig['warmup']

/** Sends warm-up requests until throughput is steady, `max_prompts` were sent or `max_seconds` have passed. */
export async function warmUntilSteady(
  session: BackendSession,
  requests: readonly GenerateRequest[],
  config: WarmupConfig,
  load: LoadOptions,
): Promise<Warmup> {
  const startMs = load.clock.nowMs()
  const endMs = startMs + secondsToMs(config.max_seconds)
  const rates: number[] = []
  const sent = await driveLoad(session, requests, {
    ...load,
    onRequest: (record) => {
      const rate = tokensPerSecond(record)
      if (rate !== null) rates.push(rate)
      load.onRequest?.(record)
    },
    isEnough: () => isSteady(rates, config) || load.clock.nowMs() >= endMs,
  })
  return {
    requests: sent.length,
    isSteady: isSteady(rates, config),
    variation: coefficientOfVariation(rates.slice(-config.window_size)),
    durationMs: load.clock.nowMs() - startMs,
  }
}

/**
 * Steady: over the last `window_size` requests the coefficient of variation is under the threshold and the trend is
 * either not distinguishable from none (95 %) or smaller than the threshold across the window.
 */
export function isSteady(rates: readonly number[], config: WarmupConfig): boolean {
  if (rates.length < Math.max(config.min_prompts, config.window_size)) return false
  const recent = rates.slice(-config.window_size)
  const variation = coefficientOfVariation(recent)
  const trend = linearTrend(recent)
  const center = mean(recent)
  if (variation === null || trend === null || center === null) return false
  const drift = (Math.abs(trend.slope) * (recent.length - 1)) / center
  const isFlat = Math.abs(trend.slope) <= trend.slopeHalfWidth || drift < config.cv_threshold
  return variation < config.cv_threshold && isFlat
}

/**
 * Decode speed of one request, which does not depend on the length of its prompt; for requests of a single step the
 * tokens read and written over the whole duration. Null when it failed.
 */
function tokensPerSecond({
  outcome,
  stepCount,
  stepAtMs,
  stepTokens,
  ...record
}: RequestRecord): number | null {
  if (outcome.status !== 'completed' || stepCount === 0) return null
  const firstAtMs = stepAtMs[0] ?? record.sentAtMs
  const lastAtMs = stepAtMs[stepCount - 1] ?? firstAtMs
  const outputTokens = stepTokens.subarray(0, stepCount).reduce((sum, tokens) => sum + tokens, 0)
  if (lastAtMs > firstAtMs) {
    return (outputTokens - (stepTokens[0] ?? 0)) / msToSeconds(lastAtMs - firstAtMs)
  }
  const durationMs = record.endedAtMs - record.sentAtMs
  return durationMs > 0
    ? (outputTokens + (record.promptTokens ?? 0)) / msToSeconds(durationMs)
    : null
}
