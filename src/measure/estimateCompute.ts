/** Floating-point operations and memory traffic of a window, from the model's dimensions, beside what the devices can do. */

import type { ModelFacts } from '../backends/backend.ts'
import { msToSeconds, secondsToMs } from '../core/units.ts'
import type { ComputeSummary } from '../store/computeSummary.ts'
import type { RequestRecord } from '../workloads/driveLoad.ts'
import { streamedTokens } from './countTokens.ts'
import { type DevicePeak, devicePeak } from './devicePeaks.ts'

export interface ComputeInput {
  model: ModelFacts
  completed: readonly RequestRecord[]
  durationMs: number
  /** Names of the accelerators that worked. */
  deviceNames: readonly string[]
  /** Mean time between tokens; null when unknown. */
  tokenMs: number | null
  /** Most requests in flight at a time. */
  concurrency: number | null
}

/**
 * 2 FLOPs per active parameter and token, plus 4 L W c for the attention of one token over c positions in L layers of
 * query width W: the forward part of PaLM's count (Chowdhery et al. 2022, appendix B: 6N + 12LHQT with backward).
 * The last generated token is never fed back. Null when a prompt's length or the model's dimensions are unknown.
 */
export function estimateCompute(input: ComputeInput): ComputeSummary | null {
  const { model, completed, durationMs } = input
  const { activeParameterCount, layerCount, attentionWidth } = model
  if (layerCount === null || attentionWidth === null) return null
  const flopsOf = (from: number, to: number): number =>
    2 * activeParameterCount * (to - from) +
    (4 * layerCount * attentionWidth * (to * (to + 1) - from * (from + 1))) / 2
  let [prefillFlops, decodeFlops, positions, tokens] = [0, 0, 0, 0]
  for (const record of completed) {
    const { promptTokens } = record
    if (promptTokens === null) return null
    const decoded = Math.max(0, streamedTokens(record) - 1)
    prefillFlops += flopsOf(0, promptTokens)
    decodeFlops += flopsOf(promptTokens, promptTokens + decoded)
    positions += decoded * (promptTokens + (decoded + 1) / 2)
    tokens += decoded
  }
  const flops = prefillFlops + decodeFlops
  const flopsPerSecond = flops / msToSeconds(durationMs)
  return {
    flops,
    prefillFlops,
    decodeFlops,
    flopsPerSecond,
    formula:
      'sum over requests of 2 * activeParameterCount * T + 4 * layerCount * attentionWidth * T * (T + 1) / 2, T = prompt tokens + output tokens - 1',
    ...limitsOf(input, flopsPerSecond, tokens === 0 ? null : positions / tokens),
  }
}

/** How near the work came to the roofs of its devices (Williams et al. 2009, roofline). Null as soon as one is not known. */
function limitsOf(
  { model, deviceNames, tokenMs, concurrency }: ComputeInput,
  flopsPerSecond: number,
  meanPositions: number | null,
) {
  const peaks = deviceNames.flatMap((name) => devicePeak(name) ?? [])
  const isKnown = peaks.length > 0 && peaks.length === deviceNames.length
  const sum = (value: (peak: DevicePeak) => number | null): number | null =>
    isKnown
      ? peaks.map(value).reduce((all, one) => (all === null || one === null ? null : all + one), 0)
      : null
  const teraflops = sum(({ halfTeraflops, byteTeraflops }) =>
    isByteWide(model) ? byteTeraflops : isHalfWide(model) ? halfTeraflops : null,
  )
  const peakFlopsPerSecond = teraflops === null ? null : teraflops * 1e12
  const gigabytes = sum(({ gigabytesPerSecond }) => gigabytesPerSecond)
  const peakBytesPerSecond = gigabytes === null ? null : gigabytes * 1e9
  const bytesPerToken = bytesOfToken(model, meanPositions)
  const floorMsPerToken =
    bytesPerToken === null || peakBytesPerSecond === null
      ? null
      : secondsToMs(bytesPerToken / peakBytesPerSecond)
  return {
    bytesPerToken,
    devices: isKnown ? [...deviceNames] : [],
    peakFlopsPerSecond,
    peakBytesPerSecond,
    peakSource: isKnown ? [...new Set(peaks.map(({ source }) => source))].join(', ') : null,
    modelFlopsUtilization: peakFlopsPerSecond === null ? null : flopsPerSecond / peakFlopsPerSecond,
    floorMsPerToken,
    bandwidthUtilization:
      floorMsPerToken === null || tokenMs === null || concurrency !== 1
        ? null
        : floorMsPerToken / tokenMs,
  }
}

const isByteWide = ({ weightType }: ModelFacts): boolean => /^(F8|FP8)/i.test(weightType)
/** Quantized weights are computed with in 16 bits; with 32 the matrix units are not what counts. */
const isHalfWide = ({ weightType }: ModelFacts): boolean => !/^(F32|FP32|F64)/i.test(weightType)

/** The active share of the weights once, and the keys and values of the context in 16 bits, as engines keep them by default. */
function bytesOfToken(model: ModelFacts, meanPositions: number | null): number | null {
  const { weightBytes, parameterCount, activeParameterCount, layerCount, cacheWidth } = model
  if (meanPositions === null || layerCount === null || cacheWidth === null) return null
  const weights = (weightBytes * activeParameterCount) / parameterCount
  return weights + 2 * layerCount * cacheWidth * meanPositions
}
