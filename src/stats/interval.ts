/** The mean of a few repeats and how far it may be off. */

import { mean, standardDeviation } from './descriptive.ts'
import { studentQuantile975 } from './trend.ts'

export interface Interval {
  mean: number
  /** Half-width of the 95 % interval of the mean; null below two values. */
  halfWidth: number | null
  count: number
}

/** Student's t interval (Student 1908): mean +- t(n - 1) s / sqrt(n). Null without a value. */
export function meanInterval(values: readonly number[]): Interval | null {
  const center = mean(values)
  if (center === null) return null
  const spread = standardDeviation(values)
  const count = values.length
  const halfWidth =
    spread === null ? null : (studentQuantile975(count - 1) * spread) / Math.sqrt(count)
  return { mean: center, halfWidth, count }
}
