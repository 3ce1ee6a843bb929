/** Finds how often a sensor publishes, from when its value was seen to change. */

import type { EnergyDomain } from '../core/energyDomain.ts'
import { mean, quantile } from '../stats/descriptive.ts'
import { energyLimits } from './energyLimits.ts'

export interface PeriodFinder {
  /** In order of time; null for a reading that failed. */
  add(atMs: number, value: number | null): void
  /** Null before there is enough to tell, and where the value changes with every reading: it may change more often. */
  periodMs(): number | null
}

const { leastChanges, mostChanges, denseMs, repeatShare } = energyLimits.period

/**
 * Only a time that holds a reading of the old value shows that no change was missed in it. Polls around the edges of a
 * window are told apart from the usual readings, and believed first.
 */
export function periodFinder(method: EnergyDomain['method']): PeriodFinder {
  const [dense, usual] = [tally(method), tally(method)]
  let value: number | null = null
  let changedMs: number | null = null
  let readMs = 0
  let widestMs = 0
  let repeats = 0
  return {
    add(atMs, read) {
      if (read === null) {
        changedMs = null
        return
      }
      const gapMs = atMs - readMs
      widestMs = Math.max(widestMs, gapMs)
      readMs = atMs
      if (read === value) {
        repeats++
        return
      }
      if (changedMs !== null) {
        const kind = widestMs <= denseMs ? dense : usual
        kind.add(atMs - changedMs, repeats > 0)
      }
      // The first value is no change: it may have been there for long.
      changedMs = value === null ? null : atMs
      value = read
      // How exactly this change is stamped counts for the time that it begins.
      widestMs = gapMs
      repeats = 0
    },
    periodMs: () => dense.periodMs(leastChanges.dense) ?? usual.periodMs(leastChanges.usual),
  }
}

function tally(method: EnergyDomain['method']) {
  const timesMs: number[] = []
  let repeated = 0
  return {
    add(timeMs: number, hasRepeat: boolean): void {
      if (timesMs.length === mostChanges) return
      timesMs.push(timeMs)
      if (hasRepeat) repeated++
    },
    periodMs(least: number): number | null {
      if (timesMs.length < least || repeated < repeatShare * timesMs.length) return null
      const sorted = timesMs.toSorted((a, b) => a - b)
      // Power may publish the same value twice: its shorter times are those of single periods. A counter always moves.
      if (method !== 'counter') return quantile(sorted, 0.25)
      const medianMs = quantile(sorted, 0.5) ?? 0
      return mean(sorted.filter((timeMs) => timeMs <= 2.5 * medianMs))
    },
  }
}
