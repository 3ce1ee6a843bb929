/** Describes a reading of an AMD GPU: what exactly is read, and what is known of the sensor behind it. */

import type { EnergyDomain } from '../../core/energyDomain.ts'
import type { AmdSensor } from './openAmdSensors.ts'
import { findSensorCard } from './sensorCards.ts'

/** No maker's figure: the counter agrees within 5 % with node sensors (arXiv 2604.06056), power is no better. */
const gainUncertainty = 0.05

export function domainOfAmd({ id, card, energy, power, contains }: AmdSensor): EnergyDomain {
  const method = energy === null ? 'power' : 'counter'
  const { name, busId, powerPath, isModule, measuredBy } = card
  const known = findSensorCard({
    name,
    architecture: null,
    reading: method === 'counter' ? 'counter' : 'instant',
  })
  const files = [
    ...(energy === null ? [] : [energy.words]),
    ...(power === null ? [] : [`/${powerPath}`]),
  ]
  return {
    id,
    source: 'amdgpu',
    scope: isModule ? 'module' : 'board',
    method,
    isSynthetic: false,
    sensor: measuredBy === null ? files.join(', ') : `none: measured by the die at ${measuredBy}`,
    deviceId: busId,
    contains,
    updatePeriodMs: known?.updatePeriodMs ?? null,
    averagingWindowMs: known?.averagingWindowMs ?? null,
    observedShare: known?.observedShare ?? null,
    // AMD's accumulators count in steps of 15.3 uJ (docs/energy-sources.md).
    resolutionJ: energy === null ? null : 2 ** -16,
    wrapsAtJ: null,
    gainUncertainty: known?.gainUncertainty ?? gainUncertainty,
  }
}
