/** The machine's power over the readings of one block, for a person who watches. No result is made from it. */

import { countedDomains } from '../../core/countedDomains.ts'
import type { EnergyDomain } from '../../core/energyDomain.ts'
import { msToSeconds } from '../../core/units.ts'
import type { EnergyReading } from '../../energy/energySource.ts'

export interface LivePower {
  /** Sum over the counted domains; null as soon as one of them is unknown. */
  watts: number | null
  isEstimate: boolean
}

/** Null when there is no domain to speak of. */
export function livePower(
  domains: readonly EnergyDomain[],
  readings: readonly EnergyReading[],
): LivePower | null {
  const counted = countedDomains(domains)
  if (counted.length === 0) return null
  const watts = counted.map((domain) =>
    powerOf(
      domain,
      readings.filter((reading) => reading.domain === domain.id),
    ),
  )
  return {
    watts: watts.reduce((sum, one) => (sum === null || one === null ? null : sum + one), 0),
    isEstimate: counted.some(({ method }) => method === 'estimate'),
  }
}

/** Counters by what they gained; a gain below 0 is a wrap or a fault and not worth a guess here. */
function powerOf({ method }: EnergyDomain, readings: readonly EnergyReading[]): number | null {
  if (method === 'power') {
    const known = readings.flatMap(({ watts }) => (watts === null ? [] : [watts]))
    return known.length === 0 ? null : known.reduce((sum, one) => sum + one, 0) / known.length
  }
  const known = readings.filter(({ joules }) => joules !== null)
  const [first, last] = [known[0], known.at(-1)]
  if (first === undefined || last === undefined || last.atMs <= first.atMs) return null
  const gainedJ = (last.joules ?? 0) - (first.joules ?? 0)
  return gainedJ < 0 ? null : gainedJ / msToSeconds(last.atMs - first.atMs)
}
