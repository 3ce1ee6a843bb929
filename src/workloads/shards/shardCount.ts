/** How many processes a load takes: one up to what one was measured to keep up with. Pure. */

import type { ExperimentConfig } from '../../config/experimentConfig.ts'
import { connectionCount } from '../../config/loadConfig.ts'

/**
 * What one process is to be believed at: the lag of 25 000 tokens/s from 512 streams is 13 ms of 15 (docs/load-client.md), and
 * 2 000 requests/s are sent 2.1 ms late of 5.
 */
const processLimits = {
  streams: 512,
  tokensPerSecond: 25_000,
  requestsPerSecond: 2000,
} as const

export function shardCount(config: ExperimentConfig): number {
  const { load, max_output_tokens } = config
  if (load.processes !== undefined) return load.processes
  const rates = [load.rate_per_second, ...(load.stages ?? []).map((one) => one.rate_per_second)]
  const requestsPerSecond = Math.max(0, ...rates.filter((rate) => rate !== undefined))
  return Math.max(
    1,
    Math.ceil(connectionCount(config) / processLimits.streams),
    Math.ceil(requestsPerSecond / processLimits.requestsPerSecond),
    Math.ceil((requestsPerSecond * max_output_tokens) / processLimits.tokensPerSecond),
  )
}
