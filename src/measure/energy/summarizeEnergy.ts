/** Joules from readings: per domain and in total, in the window and above idle, with what a reader must know of them. Pure. */

import type { EnergyDomain } from '../../core/energyDomain.ts'
import { type Warning, warn } from '../../core/warnings.ts'
import type { EnergyReading } from '../../energy/energySource.ts'
import type { Agreement, DomainEnergy, TotalEnergy, Window } from '../../store/resultFile.ts'
import { energyLimits } from '../energyLimits.ts'
import { compareMethods } from './agreement/compareMethods.ts'
import { compareSources } from './agreement/compareSources.ts'
import { domainSeries } from './domainSeries.ts'
import { summarizeDomain, type Windows } from './summarizeDomain.ts'
import { totalEnergy, type Work } from './totalEnergy.ts'

export interface EnergyInput extends Windows, Work {
  domains: readonly EnergyDomain[]
  /** In any order. */
  readings: readonly EnergyReading[]
}

export function summarizeEnergy({ domains, readings, ...input }: EnergyInput): {
  total: TotalEnergy
  domains: DomainEnergy[]
  agreements: Agreement[]
  warnings: Warning[]
} {
  const allSeries = domainSeries(domains, readings)
  const summaries = allSeries.map((series) => summarizeDomain(series, input))
  const energies = summaries.map(({ energy }) => energy)
  const total = totalEnergy(energies, input, input.window)
  const agreements = [
    ...allSeries.flatMap((series) => compareMethods(series, input.window) ?? []),
    ...compareSources(allSeries, energies, input.window),
  ]
  return {
    total,
    domains: energies,
    agreements,
    warnings: [
      ...shortWindow(energies, input.window),
      ...summaries.flatMap(({ warnings }) => warnings),
      ...disagreements(agreements),
      ...estimated(energies, total),
      ...withoutSource(domains),
    ],
  }
}

function shortWindow(energies: readonly DomainEnergy[], { startMs, endMs }: Window): Warning[] {
  const { leastWindowMs } = energyLimits
  const windowMs = endMs - startMs
  if (windowMs >= leastWindowMs || energies.every(({ energyJ }) => energyJ === null)) return []
  return [warn('SHORT_WINDOW', { windowMs, leastMs: leastWindowMs })]
}

function disagreements(agreements: readonly Agreement[]): Warning[] {
  return agreements.flatMap(({ verdict, first, second, firstJ, secondJ, cause }) =>
    verdict === 'differ'
      ? [warn('SENSORS_DISAGREE', { first, second, firstJ, secondJ, cause })]
      : [],
  )
}

function estimated(energies: readonly DomainEnergy[], total: TotalEnergy): Warning[] {
  const ids = energies
    .filter(({ domain }) => domain.method === 'estimate' && total.domains.includes(domain.id))
    .map(({ domain }) => domain.id)
  return ids.length === 0 ? [] : [warn('ENERGY_ESTIMATED', { domains: ids.join(', ') })]
}

function withoutSource(domains: readonly EnergyDomain[]): Warning[] {
  if (domains.length > 0) return []
  return [warn('ENERGY_UNKNOWN', { domain: 'the machine', cause: 'no energy source was read' })]
}
