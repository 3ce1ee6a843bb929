/** Whether a series still drifts: a least-squares line and the 95 % interval of its slope. */

import { mean } from './descriptive.ts'

export interface Trend {
  /** Change per step, in the unit of the values. */
  slope: number
  /** Half-width of the 95 % interval of the slope. */
  slopeHalfWidth: number
}

/**
 * Least-squares line through (0, y0), (1, y1), ...; null below three values.
 * The slope's standard error is sqrt(residual variance / sum of squared distances), with n - 2 degrees of freedom
 * (Draper and Smith, Applied Regression Analysis, section 1.4).
 */
export function linearTrend(values: readonly number[]): Trend | null {
  const center = mean(values)
  if (center === null || values.length < 3) return null
  const middle = (values.length - 1) / 2
  let distances = 0
  let products = 0
  values.forEach((value, index) => {
    distances += (index - middle) ** 2
    products += (index - middle) * (value - center)
  })
  const slope = products / distances
  const residuals = values.reduce(
    (sum, value, index) => sum + (value - center - slope * (index - middle)) ** 2,
    0,
  )
  const freedom = values.length - 2
  const standardError = Math.sqrt(residuals / freedom / distances)
  return { slope, slopeHalfWidth: studentQuantile975(freedom) * standardError }
}

/** 97.5 % quantiles of Student's t for 1 to 30 degrees of freedom (any table of the distribution). */
const studentTable = [
  12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.16, 2.145,
  2.131, 2.12, 2.11, 2.101, 2.093, 2.086, 2.08, 2.074, 2.069, 2.064, 2.06, 2.056, 2.052, 2.048,
  2.045, 2.042,
]

/** Above 30 degrees of freedom: the first term of the Cornish-Fisher expansion, good to 0.002. */
export function studentQuantile975(degreesOfFreedom: number): number {
  const tabled = studentTable[degreesOfFreedom - 1]
  if (tabled !== undefined) return tabled
  const z = 1.959964
  return z + (z ** 3 + z) / (4 * degreesOfFreedom)
}
