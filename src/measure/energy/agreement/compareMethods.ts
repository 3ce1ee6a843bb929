/** The counter of a domain held against its own watts: two ways to the same joules, so one of them is wrong when they differ. */

import { msToSeconds } from '../../../core/units.ts'
import { coefficientOfVariation } from '../../../stats/descriptive.ts'
import type { Agreement, Window } from '../../../store/resultFile.ts'
import { energyLimits } from '../../energyLimits.ts'
import { counterEnergy } from '../counterEnergy.ts'
import type { DomainSeries } from '../domainSeries.ts'
import { powerEnergy } from '../powerEnergy.ts'
import type { WindowEnergy } from '../windowEnergy.ts'
import { binMs, binnedPower } from './binnedPower.ts'
import { type Cause, isAveraged, likelyCause } from './likelyCause.ts'

/** Null when the domain has only one of the two, or neither could be read. */
export function compareMethods(series: DomainSeries, window: Window): Agreement | null {
  const { domain, readings } = series
  const hasBoth =
    readings.some(({ joules }) => joules !== null) && readings.some(({ watts }) => watts !== null)
  if (domain.method === 'estimate' || !hasBoth) return null
  const counter = counterEnergy(series, window)
  const power = powerEnergy(series, window)
  const failed = failureOf(series, counter, power)
  const names = {
    kind: 'methods',
    first: `${domain.id} counter`,
    second: `${domain.id} power`,
  } as const
  if (counter.status === 'unknown' || power.status === 'unknown') {
    return {
      ...names,
      firstJ: counter.status === 'known' ? counter.energyJ : null,
      secondJ: power.status === 'known' ? power.energyJ : null,
      limitJ: null,
      verdict: failed === null ? 'unknown' : 'differ',
      cause: failed,
    }
  }
  const [firstJ, secondJ] = [counter.energyJ, power.energyJ]
  const sdJ = Math.hypot(...[counter, power].map(spreadJ))
  const { agreementShare, agreementSigmas } = energyLimits
  const limitJ = agreementShare * Math.max(firstJ, secondJ) + agreementSigmas * sdJ
  const shapes = {
    first: binnedPower(series, 'joules', window),
    second: binnedPower(series, 'watts', window),
    firstJ,
    secondJ,
    rangesJ: domain.wrapsAtJ === null ? [] : [domain.wrapsAtJ],
  }
  const isFrozen = isStuckBeside(series, window, shapes.first)
  const cause = isFrozen
    ? 'stuck'
    : isAveraged(shapes.first, shapes.second)
      ? 'averaged'
      : Math.abs(firstJ - secondJ) > limitJ
        ? likelyCause(shapes)
        : null
  const differs = cause !== null || Math.abs(firstJ - secondJ) > limitJ
  return { ...names, firstJ, secondJ, limitJ, verdict: differs ? 'differ' : 'agree', cause }
}

const spreadJ = ({
  boundaryJ,
  samplingJ,
  resolutionJ,
}: Extract<WindowEnergy, { status: 'known' }>) => Math.hypot(boundaryJ, samplingJ, resolutionJ)

/** What the accounting found wrong with one of the two while the other goes on. */
function failureOf(series: DomainSeries, counter: WindowEnergy, power: WindowEnergy): Cause | null {
  const codes = [counter, power].flatMap((each) =>
    each.status === 'unknown' ? [each.warning.code] : [],
  )
  if (codes.includes('SENSOR_ZERO')) return 'zero'
  if (codes.includes('COUNTER_STUCK')) {
    return series.readings.every(({ joules }) => joules === null || joules === 0) ? 'zero' : 'stuck'
  }
  if (codes.includes('COUNTER_BACKWARDS')) {
    return fellFromRange(series) || wrapsUnseen(series, power) ? 'wrapped' : 'backwards'
  }
  return null
}

/** Whether the power is enough to go through half of the range, and so to look like a fall, between two readings. */
function wrapsUnseen({ domain, spacingMs }: DomainSeries, power: WindowEnergy): boolean {
  if (domain.wrapsAtJ === null || power.status === 'unknown' || spacingMs === null) return false
  const stepMs = Math.max(spacingMs, domain.updatePeriodMs ?? 0)
  return (power.maxPowerW ?? 0) * msToSeconds(stepMs) > domain.wrapsAtJ / 2
}

/** Ranges of counters that do not say that they wrap: 32 bits of microjoules, of RAPL's usual units and of millijoules. */
const commonRangesJ = [2 ** 32 / 1e6, 2 ** 32 / 2 ** 16, 2 ** 32 / 2 ** 14, 2 ** 32 / 1000]

/** Whether the counter fell from such a range to near zero. */
function fellFromRange({ readings }: DomainSeries): boolean {
  let previousJ = 0
  for (const { joules } of readings) {
    if (joules === null) continue
    const fromJ = previousJ
    if (joules < fromJ) {
      const { wrapShare } = energyLimits
      return commonRangesJ.some(
        (rangeJ) => Math.abs(fromJ - rangeJ) < wrapShare * rangeJ && joules < wrapShare * rangeJ,
      )
    }
    previousJ = joules
  }
  return false
}

/**
 * Whether watts stayed at one value to the last digit, through the end of the window to the last reading, for seconds in
 * which the counter's power moved.
 */
function isStuckBeside(
  { readings }: DomainSeries,
  { startMs, endMs }: Window,
  counterPowers: readonly number[],
): boolean {
  const read = readings.filter(({ atMs, watts }) => watts !== null && atMs >= startMs)
  const lastW = read.at(-1)?.watts
  const changed = read.findLastIndex(({ watts }) => watts !== lastW)
  const frozenMs = endMs - (read[changed]?.atMs ?? startMs)
  if (frozenMs < energyLimits.frozenMs) return false
  const bins = Math.min(counterPowers.length, Math.floor(frozenMs / binMs))
  // The bins at both ends may hold a step that both sensors saw.
  const variation = coefficientOfVariation(counterPowers.slice(2 - bins, -1)) ?? 0
  return variation > energyLimits.leastVariation
}
