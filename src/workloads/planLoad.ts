/** From the section `load:` to what the load client does: how many in flight, or which request when. Fixed before the window. */

import type { ExperimentConfig } from '../config/experimentConfig.ts'
import { inFlightLimit, requestCount } from '../config/loadConfig.ts'
import { seededRandom } from '../core/random.ts'
import { secondsToMs } from '../core/units.ts'
import { type ArrivalPattern, type Gaps, planArrivals } from './planArrivals.ts'
import { readTrace } from './readTrace.ts'

export type LoadPlan =
  | { kind: 'closed'; concurrency: number }
  | {
      kind: 'open'
      arrivalsMs: Float64Array
      concurrencyCap: number | null
      /** Stage of each request; null where there is none. */
      stages: Uint16Array | null
    }

type Planned = Pick<ExperimentConfig, 'n' | 'load' | 'random_seed'>

/** Arrivals draw from a stream of their own, so that they change neither prompts nor weights. */
const arrivalStream = 2 ** 31 - 1

/** Reads the trace, if there is one. */
export async function planLoad(config: Planned): Promise<LoadPlan> {
  const { load, random_seed } = config
  if (load.mode === 'closed' || load.mode === 'offline') {
    return { kind: 'closed', concurrency: inFlightLimit(config) ?? 1 }
  }
  const count = requestCount(config)
  const random = seededRandom(random_seed, arrivalStream)
  const arrivalsMs = planArrivals(await patternOf(load, count), count, random)
  return {
    kind: 'open',
    arrivalsMs,
    concurrencyCap: inFlightLimit(config),
    stages:
      load.mode === 'stages' ? Uint16Array.from(arrivalsMs, (atMs) => stageAt(load, atMs)) : null,
  }
}

/** The last one goes on until the last request. */
function stageAt({ stages = [] }: Planned['load'], atMs: number): number {
  let endMs = 0
  const found = stages.findIndex(({ duration_seconds }) => {
    endMs += secondsToMs(duration_seconds)
    return atMs < endMs
  })
  return found < 0 ? stages.length - 1 : found
}

async function patternOf(load: Planned['load'], count: number): Promise<ArrivalPattern> {
  const { mode, arrivals, trace = '', rate_per_second = 1, stages = [] } = load
  if (arrivals === 'trace') {
    return { pattern: 'trace', offsetsMs: await readTrace(trace, count) }
  }
  const gaps = gapsOf(arrivals, load.burstiness)
  if (mode === 'open') return { ...gaps, requestsPerSecond: rate_per_second }
  return {
    ...gaps,
    stages: stages.map(({ rate_per_second: requestsPerSecond, duration_seconds }) => ({
      requestsPerSecond,
      durationMs: secondsToMs(duration_seconds),
    })),
  }
}

const gapsOf = (pattern: 'constant' | 'poisson' | 'gamma', shape: number): Gaps =>
  pattern === 'gamma' ? { pattern, shape } : { pattern }
