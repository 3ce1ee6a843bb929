/** Prefill and decode in the text report, where one request ran at a time and the sensor can tell them apart. */

import { formatNumber } from '../core/units.ts'
import type { Result } from '../store/resultFile.ts'
import type { Row } from './energySection.ts'

export function phaseRows({ requestEnergy }: Result): Row[] {
  const single = requestEnergy?.singleStream ?? null
  if (single === null) return []
  const { prefill, decode, prefillJoulesPerInputToken, decodeJoulesPerOutputToken } = single
  return [
    ...phaseRow('prefill', prefill, prefillJoulesPerInputToken, 'input token'),
    ...phaseRow('decode', decode, decodeJoulesPerOutputToken, 'further output token'),
  ]
}

type Phase = NonNullable<NonNullable<Result['requestEnergy']>['singleStream']>['prefill']

/** One that is unknown is left out: the result says why. */
function phaseRow(
  label: string,
  { energyJ, uncertaintyJ }: Phase,
  perToken: number | null,
  token: string,
): Row[] {
  if (energyJ === null) return []
  const spread = uncertaintyJ === null ? '' : ` +- ${formatNumber(uncertaintyJ, 2)} J (95 %)`
  const share = perToken === null ? '' : `, ${formatNumber(perToken)} J per ${token}`
  return [{ label, text: `${formatNumber(energyJ)} J${spread}${share}` }]
}
