/** Describes a reading of an NVIDIA board: what exactly is read, and what is known of the sensor behind it. */

import type { EnergyDomain } from '../../core/energyDomain.ts'
import { millijoulesToJ, milliwattsToW } from '../../core/units.ts'
import { nvmlFields } from './nvmlFields.ts'
import type { NvmlCall, NvmlSensor } from './nvmlSensors.ts'
import { findSensorCard, type SensorReading } from './sensorCards.ts'

/** For boards without a card: counter and power appear about every 100 ms on data-center boards; see sensorCards. */
const updatePeriodMs = 100
/** For boards without a card, as for those with one: see sensorCards. */
const gainUncertainty = 0.05

export function domainOfNvml(sensor: NvmlSensor): EnergyDomain {
  const { id, gpu, scope, method, energy, power, contains, deviceId } = sensor
  const card = findSensorCard({
    name: gpu.board?.name ?? '',
    architecture: gpu.board?.architecture ?? null,
    reading: method === 'counter' ? 'counter' : readingOf(power),
  })
  const calls = [
    ...(energy === null ? [] : [describeEnergy(energy)]),
    ...(power === null ? [] : [describePower(power)]),
  ]
  const of = scope === 'board' ? '' : ` of the ${scope}`
  return {
    id,
    source: 'nvml',
    scope,
    method,
    isSynthetic: false,
    sensor: `${calls.join(', ')}${of}`,
    deviceId,
    contains,
    updatePeriodMs: card?.updatePeriodMs ?? updatePeriodMs,
    averagingWindowMs: card?.averagingWindowMs ?? null,
    observedShare: card?.observedShare ?? null,
    // NVML counts millijoules and milliwatts.
    resolutionJ: energy === null ? null : millijoulesToJ(1),
    resolutionW: power === null ? null : milliwattsToW(1),
    wrapsAtJ: null,
    gainUncertainty: card?.gainUncertainty ?? gainUncertainty,
  }
}

const readingOf = (power: NvmlCall | null): SensorReading =>
  power !== null && power !== 'function' && power.field === nvmlFields.instantPower
    ? 'instant'
    : 'average'

const describeEnergy = (call: NvmlCall): string =>
  call === 'function' ? 'nvmlDeviceGetTotalEnergyConsumption' : `energy field ${call.field}`

function describePower(call: NvmlCall): string {
  if (call === 'function') {
    return 'nvmlDeviceGetPowerUsage (mean over 1 s on Ampere and newer, A100 excepted)'
  }
  return `power field ${call.field} (${call.field === nvmlFields.instantPower ? 'instant' : 'mean over 1 s'})`
}
