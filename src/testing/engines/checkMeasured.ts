/** What must hold of a short study on a real engine, and between two of them. Pure. */

import type { Measured, RequestTokens } from './runEngine.ts'
import { work } from './work.ts'

/** Warnings that say that the work was not what was asked for. */
const notTheWork = new Set([
  'REQUESTS_FAILED',
  'OUTPUT_LENGTHS_DIFFER',
  'PROMPT_LENGTHS_ESTIMATED',
  'PREFIX_CACHE_USED',
  'CACHE_NOT_COLD',
  'CACHE_STATE_UNKNOWN',
  'PROMPTS_CACHED',
  'FIGURES_DISAGREE',
  'ENGINE_MAY_STOP',
])

/** Figures of one result that are computed in two ways agree to this share. */
const tolerance = 1e-6

export function checkMeasured({ result, requests }: Measured): string[] {
  const { tokens, throughput, energy, durationMs } = result
  const expected = work.requests * work.outputTokens
  const { energyJ, joulesPerOutputToken, meanPowerW } = energy.total
  const rate = throughput.outputTokensPerSecond
  return [
    ...expectEqual('completed requests', result.requests.completed, work.requests),
    ...expectEqual('output tokens', tokens.outputTokens, expected),
    ...expectEqual('input tokens', tokens.inputTokens, sum(requests, 'inputTokens')),
    ...requests.flatMap((request, index) => [
      ...expectEqual(`output of request ${index}`, request.outputTokens, work.outputTokens),
      ...expectEqual(`stamped of request ${index}`, request.streamedTokens, work.outputTokens),
    ]),
    ...expectNear('tokens over time', rate, expected / (durationMs / 1000)),
    // An engine without a sensor on the machine has no joules, and says so in a warning.
    ...(energyJ === null || meanPowerW === null || rate === null
      ? []
      : expectNear('power over throughput', joulesPerOutputToken, meanPowerW / rate)),
    ...result.warnings
      .filter(({ code }) => notTheWork.has(code))
      .map(({ code, message }) => `${code}: ${message}`),
  ]
}

/** The prompts are made by us with each engine's own tokenizer: where that is the same, so are they. */
export function checkSameWork([first, ...others]: readonly Measured[]): string[] {
  if (first === undefined) return []
  const inputs = ({ requests }: Measured): string =>
    requests.map(({ inputTokens }) => inputTokens).join(',')
  return others
    .filter((other) => inputs(other) !== inputs(first))
    .map((other) => `${other.name} read other prompts than ${first.name}`)
}

function expectEqual(what: string, found: number | null, expected: number): string[] {
  return found === expected ? [] : [`${what}: expected ${expected}, found ${found}`]
}

function expectNear(what: string, found: number | null, expected: number): string[] {
  const isNear = found !== null && Math.abs(found - expected) <= tolerance * Math.abs(expected)
  return isNear ? [] : [`${what}: expected ${expected}, found ${found}`]
}

const sum = (requests: readonly RequestTokens[], key: 'inputTokens' | 'outputTokens'): number =>
  requests.reduce((total, request) => total + (request[key] ?? Number.NaN), 0)
