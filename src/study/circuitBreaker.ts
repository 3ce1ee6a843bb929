/** Stops a study that only fails: after so many failures in a row it rests, then one trial decides. */

/** `rest`: the next run is the trial. `broken`: it failed too. */
export type BreakerVerdict = 'go on' | 'rest' | 'broken'

/** A function that is told of every outcome. `mostFailures` in a row open the breaker; 0 is never. */
export function circuitBreaker(mostFailures: number): (isFailure: boolean) => BreakerVerdict {
  let failures = 0
  let isTrial = false
  return (isFailure) => {
    if (!isFailure) {
      failures = 0
      isTrial = false
      return 'go on'
    }
    if (isTrial) return 'broken'
    failures++
    isTrial = mostFailures > 0 && failures >= mostFailures
    return isTrial ? 'rest' : 'go on'
  }
}
