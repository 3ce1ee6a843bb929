/** How far the figures of a load client are from those of a server that knows what it did. Pure. */

import type { Result } from '../store/resultFile.ts'

export interface ClientBias {
  rows: BiasRow[]
  /** Limits that the client passed; null without a load client. */
  limits: Result['clientLimits']
}

export interface BiasRow {
  metric: string
  unit: 'ms' | 'tokens'
  /** By the server itself; null where only the client can know, and 0 is best. */
  server: number | null
  client: number | null
}

/** `gapMs`: between two tokens of one stream, as the server was told. */
export function clientBias(result: Result, { gapMs }: { gapMs: number }): ClientBias {
  const { latency, tokens, client, server, clientLimits } = result
  const { timeToFirstToken, interTokenLatency, endToEnd } = latency
  const row = (
    metric: string,
    unit: BiasRow['unit'],
    byServer: number | null | undefined,
    byClient: number | null | undefined,
  ): BiasRow => ({ metric, unit, server: byServer ?? null, client: byClient ?? null })
  return {
    rows: [
      row(
        'time to first token, mean',
        'ms',
        server?.meanTimeToFirstTokenMs,
        timeToFirstToken?.meanMs,
      ),
      row('inter-token latency, mean', 'ms', gapMs, interTokenLatency?.meanMs),
      row('end to end, mean', 'ms', server?.meanEndToEndMs, endToEnd?.meanMs),
      row('output tokens', 'tokens', server?.generatedTokens, tokens.outputTokens),
      row('receive lag, p99', 'ms', null, client?.receiveLagP99Ms),
      row('dispatch delay, p99', 'ms', null, client?.dispatchDelayP99Ms),
      row('send skew, p99', 'ms', null, client?.sendSkewP99Ms),
    ],
    limits: clientLimits,
  }
}
