/** What the energy of the window says of single requests: prefill and decode where they run alone, and a share for each. */

import type { EnergyDomain } from '../../../core/energyDomain.ts'
import type { EnergyReading } from '../../../energy/energySource.ts'
import { mean, quantile } from '../../../stats/descriptive.ts'
import type { Result, Window } from '../../../store/resultFile.ts'
import type { RequestRecord } from '../../../workloads/driveLoad.ts'
import { domainSeries } from '../domainSeries.ts'
import { attributeEnergy } from './attributeEnergy.ts'
import { energyCurve } from './energyCurve.ts'
import { splitPhases } from './splitPhases.ts'

export interface RequestEnergyInput {
  window: Window
  domains: readonly EnergyDomain[]
  readings: readonly EnergyReading[]
  requests: readonly RequestRecord[]
  /** Of the window, as it stands in the result. */
  energy: Pick<Result['energy'], 'total' | 'domains'>
  tokens: Pick<Result['tokens'], 'inputTokens' | 'outputTokens'>
  peakInFlight: number
}

/** Null when the energy of the window is unknown. */
export function summarizeRequestEnergy(input: RequestEnergyInput): Result['requestEnergy'] {
  const { window, requests, energy, peakInFlight } = input
  if (energy.total.energyJ === null || requests.length === 0) return null
  const counted = countedSeries(input)
  const { requestJ, unattributedJ } = attributeEnergy(requests, energyCurve(counted, window))
  return {
    method: 'equal share of what is used among the requests in flight',
    ...describe(requestJ),
    unattributedJ,
    singleStream: peakInFlight > 1 ? null : singleStream(counted, input),
  }
}

function countedSeries({ domains, readings, energy }: RequestEnergyInput) {
  const wanted = energy.total.domains
  return domainSeries(domains, readings)
    .filter(({ domain }) => wanted.includes(domain.id))
    .map((series) => {
      const found = energy.domains.find(({ domain }) => domain.id === series.domain.id)
      return { series, energyJ: found?.energyJ ?? 0 }
    })
}

function describe(requestJ: Float64Array) {
  const ascending = requestJ.toSorted()
  const at = (probability: number): number => quantile(ascending, probability) ?? 0
  return { meanJ: mean(ascending) ?? 0, p50J: at(0.5), p99J: at(0.99), maxJ: at(1) }
}

/** Decode makes all tokens but the first of each request, which prefill makes. */
function singleStream(
  counted: ReturnType<typeof countedSeries>,
  { tokens, requests }: RequestEnergyInput,
) {
  const { prefill, decode } = splitPhases(
    requests,
    counted.map(({ series }) => series),
  )
  const completed = requests.filter(({ outcome }) => outcome.status === 'completed').length
  const isWhole = completed === requests.length
  const per = (energyJ: number | null, count: number | null): number | null =>
    energyJ === null || count === null || count <= 0 || !isWhole ? null : energyJ / count
  const later = tokens.outputTokens === null ? null : tokens.outputTokens - completed
  return {
    prefill,
    decode,
    prefillJoulesPerInputToken: per(prefill.energyJ, tokens.inputTokens),
    decodeJoulesPerOutputToken: per(decode.energyJ, later),
  }
}
