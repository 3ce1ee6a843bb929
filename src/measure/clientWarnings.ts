/** What a reader must know of figures that came through a load client: was it fast enough, and do the counts agree? */

import type { TokenCounts } from '../backends/backend.ts'
import { breachesOf, type ClientProof } from '../core/clientProof.ts'
import { type Warning, warn } from '../core/warnings.ts'
import type { RequestRecord } from '../workloads/driveLoad.ts'

export function clientWarnings(
  requests: readonly RequestRecord[],
  proof: ClientProof | null,
): Warning[] {
  const counts = requests.flatMap(({ outcome }) =>
    outcome.status === 'completed' ? (outcome.completion.tokenCounts ?? []) : [],
  )
  const [worst] = proof === null ? [] : breachesOf(proof)
  const again = proof?.retriedConnections ?? 0
  return [
    ...(worst === undefined ? [] : [warn('CLIENT_LIMITED', { ...worst })]),
    ...(again === 0
      ? []
      : [warn('REQUESTS_SENT_AGAIN', { requests: again, total: requests.length })]),
    ...disagreement(counts),
    ...spread(counts),
  ]
}

/** Chunks take no part: they count what arrived, not tokens. */
function disagreement(counts: readonly TokenCounts[]): Warning[] {
  const differing = counts.filter(
    (one) => new Set(toldBy(one).map(([, tokens]) => tokens)).size > 1,
  )
  const [first] = differing
  if (first === undefined) return []
  const example = toldBy(first).map(([name, tokens]) => `${name} ${tokens}`)
  return [
    warn('TOKEN_COUNTS_DISAGREE', {
      requests: differing.length,
      total: counts.length,
      example: example.join(', '),
    }),
  ]
}

function toldBy({ continuousUsage, finalUsage, tokenIds, logprobs }: TokenCounts) {
  return Object.entries({
    'running usage': continuousUsage,
    'final usage': finalUsage,
    'token ids': tokenIds,
    logprobs,
  }).filter(([, tokens]) => tokens !== null)
}

function spread(counts: readonly TokenCounts[]): Warning[] {
  const shared = counts.filter(({ stepsBy }) => stepsBy === 'spread')
  if (shared.length === 0) return []
  const tokens = shared.reduce((sum, { finalUsage }) => sum + (finalUsage ?? 0), 0)
  const chunks = shared.reduce((sum, one) => sum + one.chunks, 0)
  return [warn('TOKENS_SHARED_OUT', { requests: shared.length, tokensPerChunk: tokens / chunks })]
}
