/** Runs the real workload until its throughput stops changing, so that the window sees the steady state and not the way there. */

import type { BackendSession, GenerateRequest } from '../backends/backend.ts'
import type { ExperimentConfig } from '../config/experimentConfig.ts'
import type { WarmupLoad } from '../config/warmupLoad.ts'
import { msToSeconds, secondsToMs } from '../core/units.ts'
import { coefficientOfVariation, mean } from '../stats/descriptive.ts'
import { linearTrend } from '../stats/trend.ts'
import { driveLoad, type LoadOptions, type RequestRecord } from '../workloads/driveLoad.ts'

export interface Warmup {
  requests: number
  isSteady: boolean
  /** Coefficient of variation of throughput over the last requests or batches; null with too few of them. */
  variation: number | null
  durationMs: number
}

type WarmupConfig = ExperimentConfig['warmup']

/**
 * Sends warm-up requests until throughput is steady, all were sent or `max_seconds` have passed. A static batch is one sample and
 * counts as one prompt: its rows share every step, so their rates agree however unsteady the engine is.
 */
export async function warmUntilSteady(
  session: BackendSession,
  requests: readonly GenerateRequest[],
  config: WarmupConfig,
  load: LoadOptions & Pick<WarmupLoad, 'unjudged'>,
): Promise<Warmup> {
  const startMs = load.clock.nowMs()
  const endMs = startMs + secondsToMs(config.max_seconds)
  // No more rows are in a batch than are in flight.
  const batchSize = Math.min(session.batchSize ?? 1, load.concurrency)
  const samples = rateSamples(batchSize > 1)
  const judged = (): number[] => samples.rates().slice(batchSize > 1 ? 0 : load.unjudged)
  const isWarm = (): boolean => isSteady(judged(), config)
  const isEnough = (): boolean => isWarm() || load.clock.nowMs() >= endMs
  const sent = await driveLoad(session, inBatches(requests, batchSize, config.max_prompts), {
    ...load,
    onRequest(record) {
      samples.add(record)
      load.onRequest?.(record)
    },
    isEnough,
  })
  return {
    requests: sent.length,
    isSteady: isWarm(),
    variation: coefficientOfVariation(judged().slice(-config.window_size)),
    durationMs: load.clock.nowMs() - startMs,
  }
}

/** An engine of static batches keeps nothing of a prompt: it may come again. */
function inBatches(
  requests: readonly GenerateRequest[],
  size: number,
  most: number,
): readonly GenerateRequest[] {
  if (size === 1) return requests
  return Array.from({ length: size }, () => requests.slice(0, most))
    .flat()
    .map((request, index) => ({ ...request, index }))
}

/** A rate for each request, or for each batch the mean of its rows: those whose first token came in the same step. */
function rateSamples(areBatched: boolean) {
  const samples: { firstAtMs: number | null; rates: number[] }[] = []
  return {
    add(record: RequestRecord): void {
      const rate = tokensPerSecond(record)
      if (rate === null) return
      const firstAtMs = areBatched ? (record.stepAtMs[0] ?? null) : null
      const last = samples.at(-1)
      if (firstAtMs !== null && last?.firstAtMs === firstAtMs) last.rates.push(rate)
      else samples.push({ firstAtMs, rates: [rate] })
    },
    rates: (): number[] => samples.map(({ rates }) => mean(rates) ?? 0),
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
