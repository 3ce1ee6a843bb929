/** What one run of an experiment may take of time, energy and disk. Pure; every figure that is a guess says so. */

import type { Forecast, ModelOutline } from '../backends/backend.ts'
import type { ExperimentConfig } from '../config/experimentConfig.ts'
import { inFlightLimit, requestCount } from '../config/loadConfig.ts'
import { warmupLoad } from '../config/warmupLoad.ts'
import { msToSeconds, secondsToMs } from '../core/units.ts'
import type { BasisKind, PlanMachine } from '../store/planSummary.ts'
import type { EarlierRun } from './earlierRuns.ts'
import { expectedInFlight, windowMs } from './estimateLoad.ts'
import { expectedInputTokens } from './expectedInput.ts'

export interface Foreseen {
  config: ExperimentConfig
  /** Null where the backend foresees nothing. */
  forecast: Forecast | null
  outline: ModelOutline | null
  /** The earlier run that is most like this one. */
  earlier: EarlierRun | null
  machine: PlanMachine
  /** False for a backend that computes nothing, or elsewhere: what this machine can draw says nothing of it. */
  computesHere: boolean
}

export interface ExperimentEstimate {
  durationMs: number
  duration: UsedBasis
  energyJ: number | null
  power: UsedBasis
  resultBytes: number
}

/** `figure`: tokens per second of one request, or watts; null where none was used. */
export interface UsedBasis {
  kind: BasisKind
  figure: number | null
}

export function estimateExperiment(foreseen: Foreseen): ExperimentEstimate {
  const { config } = foreseen
  const { requestMs, basis } = requestTime(foreseen)
  const activeMs = windowMs(config, requestMs) + warmupMs(foreseen, requestMs)
  const restMs = idleMs(config) + (foreseen.earlier?.otherMs ?? loadMs(foreseen))
  const power = powerOf(foreseen)
  return {
    durationMs: activeMs + restMs,
    duration: basis,
    energyJ:
      power === null
        ? null
        : power.activeW * msToSeconds(activeMs) + power.idleW * msToSeconds(restMs),
    power: power === null ? { kind: 'unknown', figure: null } : power.basis,
    resultBytes: resultBytes(config, activeMs + restMs),
  }
}

/**
 * Decoding reads all weights once per token: its rate is bounded by the memory. Two channels of DDR4-3200 have 51 GB/s, of
 * which a CPU reaches about a third; boards with HBM have 1.5 TB/s and more, of which they reach about half.
 */
const assumedBytesPerSecond = { cpu: 15e9, gpu: 700e9 } as const
/** What a step costs beside that: choosing the token, starting kernels. It bounds the rate of tiny models. */
const assumedStepMs = 0.5
/** Where not even the size of the weights is known. */
const assumedTokensPerSecond = 20
/** Tokens of a prompt are computed together: on every engine several times faster than output tokens. */
const inputTokensPerOutputToken = 8
/** Requests in flight share the reading of the weights, until computing is the bottleneck. */
const fullySharedRequests = 8

/** One request, as it runs beside the others in flight. */
function requestTime({ config, forecast, outline, earlier, machine }: Foreseen) {
  const stated = forecast?.requestMs ?? null
  if (stated !== null)
    return { requestMs: stated, basis: { kind: 'stated', figure: null } as const }
  if (earlier !== null) {
    // The rate of all requests in flight together.
    const inFlight = inFlightLimit(config) ?? earlier.inFlight
    const requestMs = secondsToMs((inFlight * config.max_output_tokens) / earlier.tokensPerSecond)
    return { requestMs, basis: { kind: 'earlier', figure: earlier.tokensPerSecond } as const }
  }
  const isOnGpu = forecast?.gpus.most !== 0 && machine.gpus.length > 0
  const bytesPerSecond = isOnGpu ? assumedBytesPerSecond.gpu : assumedBytesPerSecond.cpu
  const tokensPerSecond =
    outline === null
      ? assumedTokensPerSecond
      : 1 / (outline.weightBytes / bytesPerSecond + msToSeconds(assumedStepMs))
  const steps = config.max_output_tokens + expectedInputTokens(config) / inputTokensPerOutputToken
  const aloneMs = secondsToMs(steps / tokensPerSecond)
  const slowdown = Math.max(1, expectedInFlight(config, aloneMs) / fullySharedRequests)
  return {
    requestMs: aloneMs * slowdown,
    basis: { kind: outline === null ? 'assumed' : 'bandwidth', figure: tokensPerSecond } as const,
  }
}

/** As many requests as it took before, and no fewer than can be judged. */
function warmupMs({ config, earlier }: Foreseen, requestMs: number): number {
  const { enabled, min_prompts, window_size, max_seconds } = config.warmup
  if (!enabled) return 0
  const { concurrency, unjudged } = warmupLoad(config)
  const fewest = unjudged + Math.max(min_prompts, window_size)
  const requests = Math.max(fewest, earlier?.warmupRequests ?? 0)
  const neededMs = Math.ceil(requests / concurrency) * requestMs
  return Math.min(neededMs, Math.max(requestMs, secondsToMs(max_seconds)))
}

/** Before the launch and with the model loaded. */
function idleMs({ baseline, energy }: ExperimentConfig): number {
  const isOff = !baseline.enabled || energy.sources.length === 0
  return isOff ? 0 : 2 * secondsToMs(baseline.duration_seconds)
}

/** Starting a worker and writing its results, and reading the weights from a disk. */
const startMs = 400
const diskBytesPerSecond = 1e9

function loadMs({ outline }: Foreseen): number {
  return startMs + secondsToMs((outline?.weightBytes ?? 0) / diskBytesPerSecond)
}

/** As the source cpu-estimate assumes them, after CodeCarbon: watts of a hardware thread at full load, and the idle share. */
const assumedWattsPerThread = 4
const assumedIdleShare = 0.1
/** Of a board that does not tell its limit. */
const assumedBoardW = 300

function powerOf({ forecast, earlier, machine, computesHere }: Foreseen) {
  if (earlier !== null && earlier.powerW !== null) {
    const { powerW: activeW, idleW } = earlier
    const basis = { kind: 'earlier', figure: activeW } as const
    return { activeW, idleW: idleW ?? activeW, basis }
  }
  if (!computesHere) return null
  const boards = machine.gpus.slice(0, forecast?.gpus.most ?? undefined)
  const boardsW = boards.reduce((sum, { powerLimitW }) => sum + (powerLimitW ?? assumedBoardW), 0)
  const activeW = boardsW + assumedWattsPerThread * machine.usableCores
  const basis = { kind: 'assumed', figure: activeW } as const
  return { activeW, idleW: assumedIdleShare * activeW, basis }
}

/** Sizes of real run directories: texts, then what grows with requests, with their tokens, and with time. */
const fixedBytes = 30_000
const bytesPerRequest = 100
const bytesPerToken = 10
const bytesPerReading = 16
const eventBytesPerSecond = 140

function resultBytes(config: ExperimentConfig, durationMs: number): number {
  const { max_output_tokens, energy } = config
  const seconds = msToSeconds(durationMs)
  const readings = energy.sources.length === 0 ? 0 : seconds * energy.sample_hz
  return (
    fixedBytes +
    requestCount(config) * (bytesPerRequest + max_output_tokens * bytesPerToken) +
    readings * bytesPerReading +
    seconds * eventBytesPerSecond
  )
}
