/** How often a meter is worth reading: a few times in the period of its fastest sensor, which is found while it is read. */

import type { EnergyMeter, EnergyReading } from '../../energy/energySource.ts'
import { energyLimits } from '../energyLimits.ts'
import { type PeriodFinder, periodFinder } from '../periodFinder.ts'

export interface MeterPace {
  /** The first deadline at which it is worth reading again. */
  dueMs(intervalMs: number): number
  /** The meter was read at that deadline; `readings` are those of the tick so far. */
  note(deadlineMs: number, readings: readonly EnergyReading[]): void
}

/** What was not found by then is as it is stated. */
const findingMs = 20_000

export function meterPace({ domains }: EnergyMeter): MeterPace {
  let finders: Map<string, PeriodFinder> | null = new Map(
    domains.flatMap(({ id, method, updatePeriodMs }) =>
      updatePeriodMs === null ? [[id, periodFinder(method)]] : [],
    ),
  )
  if (finders.size === 0) finders = null
  const stated = domains.map(({ updatePeriodMs }) => updatePeriodMs)
  let everyMs = paceOf(stated)
  let readMs = Number.NEGATIVE_INFINITY
  let firstMs: number | null = null
  return {
    // Half an interval of slack: a deadline just before the time is nearer to it than the next.
    dueMs: (intervalMs) => readMs + everyMs - intervalMs / 2,
    note(deadlineMs, readings) {
      readMs = deadlineMs
      if (finders === null) return
      firstMs ??= deadlineMs
      for (const { domain, atMs, joules, watts } of readings) {
        finders.get(domain)?.add(atMs, joules ?? watts)
      }
      if (deadlineMs - firstMs < findingMs) return
      const found = [...finders.values()].map((finder) => finder.periodMs())
      everyMs = paceOf([...stated.filter((periodMs) => periodMs !== null), ...found])
      finders = null
    },
  }
}

/** 0, which is every tick, as soon as one sensor may be as fast as that. */
function paceOf(periodsMs: readonly (number | null)[]): number {
  const known = periodsMs.filter((periodMs) => periodMs !== null)
  if (known.length === 0 || known.length < periodsMs.length) return 0
  const { readsPerPeriod, slowestReadMs } = energyLimits
  return Math.min(Math.min(...known) / readsPerPeriod, slowestReadMs)
}
