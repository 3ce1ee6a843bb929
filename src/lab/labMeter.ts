/** Modelled sensors behind the contract of an energy source: what the sampler reads in the lab. */

import type { EnergyDomain } from '../core/energyDomain.ts'
import type { Random } from '../core/random.ts'
import type { EnergyMeter } from '../energy/energySource.ts'
import type { LabClock } from './labClock.ts'
import type { PowerCurve } from './powerCurve.ts'
import { type SensorModel, sensorModel } from './sensorModel.ts'

/** One domain: what its source says of it, what it truly uses, and the sensors behind it. */
export interface LabDomain {
  domain: EnergyDomain
  truth: PowerCurve
  counter?: SensorModel
  watts?: SensorModel
  /** Longest time that a call takes; each takes a random part of it. */
  readMs?: number
}

export function labMeter(
  domains: readonly LabDomain[],
  clock: LabClock,
  random: Random,
): EnergyMeter {
  const sensors = domains.map(({ domain, counter, watts, readMs = 0.2 }) => ({
    id: domain.id,
    readMs,
    joules: counter === undefined ? () => null : sensorModel(counter),
    watts: watts === undefined ? () => null : sensorModel(watts),
  }))
  return {
    domains: domains.map(({ domain }) => domain),
    readsInBackground: false,
    read: () =>
      sensors.map(({ id, readMs, joules, watts }) => {
        const beforeMs = clock.nowMs()
        const tookMs = readMs * random.uniform()
        clock.advance(tookMs)
        // The driver looked at some moment of the call; a source stamps its middle.
        const lookedMs = beforeMs + tookMs * random.uniform()
        const atMs = beforeMs + tookMs / 2
        return { domain: id, atMs, joules: joules(lookedMs), watts: watts(lookedMs) }
      }),
    async [Symbol.asyncDispose]() {},
  }
}
