/** How the warm-up of a run loads the engine: as its window will, but in a closed loop. Pure. */

import type { ExperimentConfig } from './experimentConfig.ts'
import { inFlightLimit, requestCount } from './loadConfig.ts'

export interface WarmupLoad {
  concurrency: number
  /** Prompts that it may take, each its own. */
  promptCount: number
  /** Requests at its start whose speed says nothing of the window. */
  unjudged: number
}

/** Where the load sets no limit, a few at a time: engines choose and compile other kernels for a batch than for one. */
const unlimitedInFlight = 8
/** A window that sends everything at once is not rehearsed beyond what engines run at a time. */
const mostAtOnce = 256

/**
 * Two rounds of all that are in flight: the first starts at one moment, as nothing in the window does, and is not judged.
 * A window that sends everything at once is one such round.
 */
export function warmupLoad(config: ExperimentConfig): WarmupLoad {
  const { enabled, max_prompts } = config.warmup
  const isAtOnce = config.load.mode === 'offline'
  const most = isAtOnce ? mostAtOnce : (inFlightLimit(config) ?? unlimitedInFlight)
  const concurrency = Math.min(most, requestCount(config))
  const needed = isAtOnce ? concurrency : 2 * concurrency
  return {
    concurrency,
    promptCount: enabled ? Math.max(max_prompts, needed) : 0,
    unjudged: isAtOnce ? 0 : concurrency - 1,
  }
}
