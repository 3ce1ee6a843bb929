/** Plain statistics of a list of numbers. Empty input has no mean: the answer is null, never 0. */

export function mean(values: ArrayLike<number>): number | null {
  if (values.length === 0) return null
  let sum = 0
  for (let index = 0; index < values.length; index++) sum += values[index] ?? 0
  return sum / values.length
}

/** Sample standard deviation (divides by n - 1); null below two values. */
export function standardDeviation(values: ArrayLike<number>): number | null {
  const center = mean(values)
  if (center === null || values.length < 2) return null
  let squares = 0
  for (let index = 0; index < values.length; index++)
    squares += ((values[index] ?? 0) - center) ** 2
  return Math.sqrt(squares / (values.length - 1))
}

/** Standard deviation over mean; null when either is unknown or the mean is 0. */
export function coefficientOfVariation(values: ArrayLike<number>): number | null {
  const center = mean(values)
  const spread = standardDeviation(values)
  return center === null || spread === null || center === 0 ? null : spread / Math.abs(center)
}

/**
 * Quantile of ascending values by linear interpolation between the two nearest ranks:
 * Hyndman and Fan (1996), type 7, the default of R and NumPy. Null when there is no value.
 */
export function quantile(ascending: ArrayLike<number>, probability: number): number | null {
  if (ascending.length === 0) return null
  const rank = (ascending.length - 1) * probability
  const below = Math.floor(rank)
  const low = ascending[below] ?? 0
  const high = ascending[Math.min(below + 1, ascending.length - 1)] ?? low
  return low + (high - low) * (rank - below)
}
