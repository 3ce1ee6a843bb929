/** The headline of the energy part of the text report: what was used, how sure that is, and why where it is not known. */

import { formatNumber, msToSeconds } from '../core/units.ts'
import type { Result, TotalEnergy } from '../store/resultFile.ts'
import { energyMark } from './energyMark.ts'
import { unknownReason } from './unknownReason.ts'

/** A label and what stands behind it. */
export interface Row {
  label: string
  text: string
}

/** Rows of the total and its derivatives. A figure without a sensor behind it says so in its own row. */
export function energySection(result: Result): Row[] {
  const { total } = result.energy
  if (total.energyJ === null) return [{ label: 'total', text: `unknown: ${totalReason(result)}` }]
  const suffix = energyMark(total)
  const meanW = total.energyJ / msToSeconds(result.durationMs)
  return [
    {
      label: 'total',
      text: `${joules(total.energyJ)}${spreadOf(total)}, ${formatNumber(meanW)} W mean${suffix}`,
    },
    {
      label: 'per output token',
      text:
        total.joulesPerOutputToken === null
          ? 'unknown: output tokens were not counted'
          : `${joules(total.joulesPerOutputToken)}${suffix}`,
    },
    { label: 'per request', text: `${joules(total.joulesPerRequest)}${suffix}` },
    { label: 'above idle', text: aboveIdle(result, suffix) },
  ]
}

const joules = (value: number | null): string =>
  value === null ? 'unknown' : `${formatNumber(value)} J`

function spreadOf({ uncertaintyJ, isEstimate, isSynthetic }: TotalEnergy): string {
  if (uncertaintyJ !== null) return ` +- ${formatNumber(uncertaintyJ, 2)} J (95 %)`
  return isEstimate && !isSynthetic ? ', error not known' : ', uncertainty unknown'
}

function aboveIdle({ energy, experiment }: Result, suffix: string): string {
  const { energyAboveIdleJ, energyAboveLoadedIdleJ } = energy.total
  if (!experiment.config.baseline.enabled) return 'not measured: baseline.enabled is false'
  if (energyAboveIdleJ === null && energyAboveLoadedIdleJ === null) return 'unknown'
  return `${joules(energyAboveIdleJ)}; above loaded idle ${joules(energyAboveLoadedIdleJ)}${suffix}`
}

function totalReason(result: Result): string {
  const { domains, total } = result.energy
  const unknown = domains.find(
    ({ domain, energyJ }) => energyJ === null && total.domains.includes(domain.id),
  )
  if (unknown !== undefined) return `${unknown.domain.id} could not be read`
  return unknownReason(result.warnings, null) ?? 'no energy source was read'
}
