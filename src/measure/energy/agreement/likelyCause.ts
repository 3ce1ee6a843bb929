/** Why two readings of one power differ, by the shapes of both. A guess that helps a person look in the right place. */

import { coefficientOfVariation, mean } from '../../../stats/descriptive.ts'
import type { Agreement } from '../../../store/resultFile.ts'
import { energyLimits } from '../../energyLimits.ts'
import { smoothed } from './binnedPower.ts'

export type Cause = NonNullable<Agreement['cause']>

export interface Shapes {
  /** Mean powers of equal bins, in order of time. */
  first: readonly number[]
  second: readonly number[]
  firstJ: number
  secondJ: number
  /** Ranges of the counters behind them, where they wrap. */
  rangesJ: readonly number[]
}

/** Null when the shapes say nothing. */
export function likelyCause({ first, second, firstJ, secondJ, rangesJ }: Shapes): Cause | null {
  const [less, more] = firstJ < secondJ ? [firstJ, secondJ] : [secondJ, firstJ]
  const { doubledTolerance, leastCorrelation, leastVariation, scopeShare } = energyLimits
  const missingJ = more - less
  if (rangesJ.some((rangeJ) => isMultiple(missingJ, rangeJ))) return 'wrapped'
  const [one, other] = [coefficientOfVariation(first) ?? 0, coefficientOfVariation(second) ?? 0]
  const bothMove = Math.min(one, other) > leastVariation
  const oneMoves = Math.max(one, other) > 4 * leastVariation
  const isAlike = bothMove ? correlation(first, second) >= leastCorrelation : !oneMoves
  if (!isAlike) return isAveraged(first, second) ? 'averaged' : 'wrong device'
  if (Math.abs(more / less - 2) <= 2 * doubledTolerance) return 'doubled'
  // Whoever shows more carries more than the other does: memory, regulators, a CPU.
  return more / less > 1 + scopeShare ? 'module scope' : null
}

function isMultiple(valueJ: number, rangeJ: number): boolean {
  const times = Math.round(valueJ / rangeJ)
  return times >= 1 && Math.abs(valueJ - times * rangeJ) <= energyLimits.agreementShare * rangeJ
}

/** NVIDIA's mean power since Ampere is one over a second (nvml.h, nvmlDeviceGetPowerUsage). */
const longAverageMs = 1000

/** Whether one is a running mean of the other: then it is far nearer to that mean than to the other itself. */
export function isAveraged(first: readonly number[], second: readonly number[]): boolean {
  const distance = distanceShare(first, second)
  if (distance <= energyLimits.agreementShare) return false
  const asMean = Math.min(
    distanceShare(smoothed(first, longAverageMs), second),
    distanceShare(first, smoothed(second, longAverageMs)),
  )
  return asMean < energyLimits.averagedShare * distance
}

/** Root mean square of the difference over the mean. */
function distanceShare(
  first: readonly (number | null)[],
  second: readonly (number | null)[],
): number {
  let count = 0
  let sum = 0
  let squares = 0
  first.forEach((one, index) => {
    const other = second[index]
    if (one === null || other == null) return
    count++
    sum += one
    squares += (one - other) ** 2
  })
  return count === 0 ? 0 : Math.sqrt(squares / count) / Math.abs(sum / count)
}

/** Pearson's correlation; 0 when one of the two does not move. */
function correlation(first: readonly number[], second: readonly number[]): number {
  const [one, other] = [mean(first) ?? 0, mean(second) ?? 0]
  let product = 0
  let squares = 0
  let otherSquares = 0
  first.forEach((each, index) => {
    const [a, b] = [each - one, (second[index] ?? other) - other]
    product += a * b
    squares += a * a
    otherSquares += b * b
  })
  return squares === 0 || otherSquares === 0 ? 0 : product / Math.sqrt(squares * otherSquares)
}
