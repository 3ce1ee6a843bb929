/** What the requests of a window say: tokens, outcomes, throughput and latency. */

import type { ExperimentConfig } from '../config/experimentConfig.ts'
import { msToSeconds } from '../core/units.ts'
import type { Result } from '../store/resultFile.ts'
import type { RequestRecord } from '../workloads/driveLoad.ts'
import { countTokens } from './countTokens.ts'
import { goodput } from './goodput.ts'
import type { RawMeasurement } from './rawMeasurement.ts'
import { summarizeLatency } from './summarizeLatency.ts'
import { summarizeRequests } from './summarizeRequests.ts'
import { summarizeStages } from './summarizeStages.ts'

export function summarizeLoad(
  raw: Pick<RawMeasurement, 'window' | 'requests' | 'discardedInputTokens'>,
  config: ExperimentConfig,
): Pick<Result, 'tokens' | 'requests' | 'throughput' | 'latency' | 'stages' | 'goodput'> {
  const durationMs = raw.window.endMs - raw.window.startMs
  const completed = completedOf(raw.requests)
  const tokens = countTokens(raw.requests, raw.discardedInputTokens)
  const { inputTokens, outputTokens } = tokens
  const perSecond = (count: number): number => count / msToSeconds(durationMs)
  return {
    tokens,
    requests: summarizeRequests(raw.requests, config, raw.window),
    throughput: {
      outputTokensPerSecond: outputTokens === null ? null : perSecond(outputTokens),
      totalTokensPerSecond:
        outputTokens === null || inputTokens === null
          ? null
          : perSecond(inputTokens + outputTokens),
      requestsPerSecond: perSecond(completed.length),
    },
    latency: summarizeLatency(completed),
    stages: summarizeStages(raw.requests, config),
    goodput: goodput(raw.requests, config.slo, durationMs),
  }
}

export const completedOf = (requests: readonly RequestRecord[]): RequestRecord[] =>
  requests.filter(({ outcome }) => outcome.status === 'completed')
