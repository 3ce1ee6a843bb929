/** Builders of power traces for tests: what a sensor that publishes now and then shows to somebody who reads now and then. */

import type { EnergyDomain } from '../core/energyDomain.ts'
import { millijoulesToJ } from '../core/units.ts'
import type { EnergyReading } from '../energy/energySource.ts'

export interface TraceOptions {
  domain?: string
  /** Constant power, or power as a function of time in ms, read at the middle of each publish period. */
  powerW: number | ((atMs: number) => number)
  startMs?: number
  endMs: number
  /** Time between two readings. */
  everyMs: number
  /** Time between two values of the sensor; every reading is fresh when left out. */
  publishMs?: number
  /** When the sensor publishes, after the start of the trace. */
  phaseMs?: number
  wrapsAtJ?: number
}

/** A domain with no surprises; say what matters to the test. */
export function energyDomain(facts: Partial<EnergyDomain> = {}): EnergyDomain {
  return {
    id: 'gpu0',
    source: 'test',
    scope: 'board',
    method: 'counter',
    isSynthetic: false,
    deviceId: null,
    contains: [],
    updatePeriodMs: null,
    wrapsAtJ: null,
    gainUncertainty: 0,
    ...facts,
  }
}

/** Readings of an energy counter. */
export function counterTrace(options: TraceOptions): EnergyReading[] {
  const { domain = 'gpu0', wrapsAtJ } = options
  return sensorValues(options).map(({ atMs, energyJ }) => ({
    domain,
    atMs,
    joules: wrapsAtJ === undefined ? energyJ : energyJ % wrapsAtJ,
    watts: null,
  }))
}

/** Readings of a power sensor. */
export function powerTrace(options: TraceOptions): EnergyReading[] {
  const { domain = 'gpu0' } = options
  return sensorValues(options).map(({ atMs, powerW }) => ({
    domain,
    atMs,
    joules: null,
    watts: powerW,
  }))
}

/** The same readings with the value lost where `isLost` says so, as a sensor that stops answering gives them. */
export function losing(
  readings: readonly EnergyReading[],
  isLost: (atMs: number) => boolean,
): EnergyReading[] {
  return readings.map((reading) =>
    isLost(reading.atMs) ? { ...reading, joules: null, watts: null } : reading,
  )
}

function sensorValues(options: TraceOptions): { atMs: number; energyJ: number; powerW: number }[] {
  const { startMs = 0, endMs, everyMs, publishMs = everyMs, phaseMs = 0 } = options
  const powerAt = (atMs: number): number =>
    typeof options.powerW === 'number' ? options.powerW : options.powerW(atMs)
  let publishedMs = startMs + phaseMs - (phaseMs > 0 ? publishMs : 0)
  let energyMillijoules = 0
  let powerW = powerAt(publishedMs)
  const readCount = Math.floor((endMs - startMs) / everyMs) + 1
  return Array.from({ length: readCount }, (_, index) => {
    const atMs = startMs + index * everyMs
    while (publishedMs + publishMs <= atMs) {
      powerW = powerAt(publishedMs + publishMs / 2)
      energyMillijoules += powerW * publishMs
      publishedMs += publishMs
    }
    return { atMs, energyJ: millijoulesToJ(energyMillijoules), powerW }
  })
}
