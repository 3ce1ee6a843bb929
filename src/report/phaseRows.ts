/** Prefill and decode in the text report, where one request ran at a time and the sensor can tell them apart. */

import { formatNumber } from '../core/units.ts'
import type { Result } from '../store/resultFile.ts'
import { energyMark } from './energyMark.ts'
import type { Row } from './energySection.ts'

export function phaseRows({ requestEnergy, energy }: Result): Row[] {
  const single = requestEnergy?.singleStream ?? null
  if (single === null) return []
  const { prefill, decode, prefillJoulesPerInputToken, decodeJoulesPerOutputToken } = single
  const perToken = (joules: number | null, token: string): string =>
    `${joules === null ? '' : `, ${formatNumber(joules)} J per ${token}`}${energyMark(energy.total)}`
  return [
    ...phaseRow('prefill', prefill, perToken(prefillJoulesPerInputToken, 'input token')),
    ...phaseRow('decode', decode, perToken(decodeJoulesPerOutputToken, 'further output token')),
  ]
}

type Phase = NonNullable<NonNullable<Result['requestEnergy']>['singleStream']>['prefill']

/** One that is unknown is left out: the result says why. */
function phaseRow(label: string, { energyJ, uncertaintyJ }: Phase, rest: string): Row[] {
  if (energyJ === null) return []
  const spread = uncertaintyJ === null ? '' : ` +- ${formatNumber(uncertaintyJ, 2)} J (95 %)`
  return [{ label, text: `${formatNumber(energyJ)} J${spread}${rest}` }]
}
