/** How long the load of a window lasts and how many requests are in flight in it, for estimates. Pure. */

import type { ExperimentConfig } from '../config/experimentConfig.ts'
import { inFlightLimit, requestCount } from '../config/loadConfig.ts'
import { secondsToMs } from '../core/units.ts'

/** `requestMs`: one request as it runs beside the others. */
export function windowMs(config: ExperimentConfig, requestMs: number): number {
  const limit = inFlightLimit(config)
  const workMs = limit === null ? 0 : Math.ceil(requestCount(config) / limit) * requestMs
  return Math.max(workMs, lastArrivalMs(config, requestMs) + requestMs)
}

/** Little's law where the load sets no limit: rate times duration. */
export function expectedInFlight(config: ExperimentConfig, requestMs: number): number {
  const lastMs = lastArrivalMs(config, requestMs)
  const limit = inFlightLimit(config) ?? Number.POSITIVE_INFINITY
  if (config.load.mode === 'closed' || lastMs === 0) return Math.min(limit, requestCount(config))
  return Math.max(1, Math.min(limit, (requestCount(config) * requestMs) / lastMs))
}

/** Expected time of the last arrival; 0 in a closed loop. */
function lastArrivalMs(config: ExperimentConfig, requestMs: number): number {
  const { mode, arrivals, rate_per_second, stages = [] } = config.load
  const later = requestCount(config) - 1
  switch (mode) {
    case 'closed':
    case 'offline':
      return 0
    case 'open':
      // The file of a trace is not read for a plan: one request after the other is what it may be.
      return arrivals === 'trace' || rate_per_second === undefined
        ? later * requestMs
        : secondsToMs(later / rate_per_second)
    case 'stages':
      return secondsToMs(stages.reduce((sum, { duration_seconds }) => sum + duration_seconds, 0))
  }
}
