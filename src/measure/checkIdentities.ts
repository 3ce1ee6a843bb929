/**
 * Figures that must agree with each other whatever was measured, computed here a second way: a result that contradicts itself
 * says so. After METROLOGY.md 3.9, where a tenth of published rows fail the third. Pure.
 */

import { formatNumber, msToSeconds } from '../core/units.ts'
import { type Warning, warn } from '../core/warnings.ts'
import type { Result } from '../store/resultFile.ts'

type Figures = Pick<
  Result,
  'energy' | 'tokens' | 'requests' | 'throughput' | 'latency' | 'durationMs'
>

/** Rounding of sums of floating-point numbers. */
const rounding = 1e-6
/** Latencies are stamped and energy is read at different moments: so much may they contradict each other. */
const stampShare = 0.05

export function checkIdentities(result: Figures): Warning[] {
  return [
    ...outcomesAddUp(result),
    ...energyIsPowerOverRate(result),
    ...energyIsPowerTimesLatency(result),
  ].map((found) => warn('FIGURES_DISAGREE', found))
}

interface Violation {
  identity: string
  found: string
  expected: string
}

function outcomesAddUp({ requests, latency }: Figures): Violation[] {
  const { total, completed, failed, timedOut, empty } = requests
  const sum = completed + failed + timedOut + empty
  const described = latency.endToEnd?.count ?? 0
  return [
    ...(sum === total
      ? []
      : [violation('requests = completed + failed + timed out + empty', total, sum)]),
    ...(described === completed
      ? []
      : [violation('every completed request has a latency', described, completed)]),
  ]
}

/** J/token = W / (tokens/s), exact where both are of one window. */
function energyIsPowerOverRate({ energy, throughput, tokens, durationMs }: Figures): Violation[] {
  const { joulesPerOutputToken, domains } = energy.total
  const powers = energy.domains
    .filter(({ domain }) => domains.includes(domain.id))
    .map(({ meanPowerW }) => meanPowerW)
  const known = powers.filter((powerW) => powerW !== null)
  const rate = throughput.outputTokensPerSecond
  const counted = tokens.outputTokens
  if (rate === null || counted === null || counted === 0) return []
  const rateViolation = isNear(rate * msToSeconds(durationMs), counted)
    ? []
    : [violation('tokens = tokens/s x duration', counted, rate * msToSeconds(durationMs))]
  if (joulesPerOutputToken === null || known.length < powers.length) return rateViolation
  const expected = known.reduce((sum, powerW) => sum + powerW, 0) / rate
  return isNear(joulesPerOutputToken, expected)
    ? rateViolation
    : [...rateViolation, violation('J/token = W / (tokens/s)', joulesPerOutputToken, expected)]
}

/**
 * W x inter-token latency / requests in flight is the decode part of J/token: what is left for prefill and pauses cannot be
 * negative. The first token of each request has no gap before it, so gaps stand for the tokens after it.
 */
function energyIsPowerTimesLatency(result: Figures): Violation[] {
  const { energy, latency, requests, tokens, durationMs } = result
  const { energyJ, joulesPerOutputToken } = energy.total
  const gap = latency.interTokenLatency
  const { outputTokens } = tokens
  if (energyJ === null || joulesPerOutputToken === null || gap === null) return []
  if (outputTokens === null || outputTokens === 0 || requests.meanInFlight <= 0) return []
  const powerW = energyJ / msToSeconds(durationMs)
  const laterShare = (outputTokens - requests.completed) / outputTokens
  const decodeJ = (powerW * msToSeconds(gap.meanMs) * laterShare) / requests.meanInFlight
  if (decodeJ <= joulesPerOutputToken * (1 + stampShare)) return []
  const identity = 'W x inter-token latency / requests in flight <= J/token'
  return [violation(identity, decodeJ, joulesPerOutputToken)]
}

const isNear = (a: number, b: number): boolean =>
  Math.abs(a - b) <= rounding * Math.max(Math.abs(a), Math.abs(b))

const violation = (identity: string, found: number, expected: number): Violation => ({
  identity,
  found: formatNumber(found),
  expected: formatNumber(expected),
})
