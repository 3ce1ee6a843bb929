/** Source: the energy counter and the power of NVIDIA boards, through the driver's management library (NVML). */

import { z } from 'zod'
import type { EnergyDomain } from '../core/energyDomain.ts'
import { AppError } from '../core/errors.ts'
import type { DeviceFacts, EnergyContext, EnergyReading, EnergySource } from './energySource.ts'
import { type NvmlLibrary, successOf } from './shared/loadNvml.ts'
import { type NvmlSensor, openNvmlSensors } from './shared/openNvmlSensors.ts'
import { findSensorCard } from './shared/sensorCards.ts'

/** For boards without a card: counter and power appear about every 100 ms on data-center boards. https://ml.energy/zeus/ */
const updatePeriodMs = 100
/** For boards without a card, as for those with one: see sensorCards. */
const gainUncertainty = 0.05

const options = z.strictObject({})

export const source: EnergySource<z.output<typeof options>> = {
  name: 'nvml',
  title: 'NVIDIA boards',
  docs: 'Reads the total-energy counter (Volta and newer) and the power of each NVIDIA board that CUDA_VISIBLE_DEVICES leaves visible, by UUID. Needs the driver, no rights. Figures are for the whole board: a MIG instance is measured with its neighbors.',
  options,
  kind: 'measurement',
  async probe(ctx) {
    const opened = await openNvmlSensors(ctx)
    if (!opened.ok) return { status: 'unavailable', reason: opened.reason, fix: opened.fix }
    opened.nvml.shutdown()
    const boards = opened.sensors.map(({ id, gpu, method }) => {
      const name = gpu.board?.name ?? gpu.migUuid
      return `${id} ${name} (${method === 'counter' ? 'energy counter' : 'power only'})`
    })
    return { status: 'available', detail: boards.join(', ') }
  },
  async open(_options, ctx) {
    const opened = await openNvmlSensors(ctx)
    if (!opened.ok) {
      const { reason, fix } = opened
      throw new AppError('ENERGY_SOURCE_UNAVAILABLE', { source: 'nvml', reason, fix })
    }
    const { nvml, sensors, warnings } = opened
    return {
      domains: sensors.map(domainOf),
      read: () => sensors.map((sensor) => readSensor(nvml, sensor, ctx)),
      warnings: () => warnings,
      devices: () => sensors.flatMap((sensor) => factsOf(nvml, sensor)),
      async [Symbol.asyncDispose]() {
        nvml.shutdown()
      },
    }
  },
}

function domainOf({ id, gpu, method, power }: NvmlSensor): EnergyDomain {
  const calls = [
    ...(method === 'counter' ? ['nvmlDeviceGetTotalEnergyConsumption'] : []),
    ...(power === 'instantPowerW' ? ['power field 186 (instant)'] : []),
    ...(power === 'usagePowerW'
      ? ['nvmlDeviceGetPowerUsage (mean over 1 s on Ampere and newer, A100 excepted)']
      : []),
  ]
  const card = findSensorCard({
    name: gpu.board?.name ?? '',
    architecture: null,
    reading: method === 'counter' ? 'counter' : power === 'instantPowerW' ? 'instant' : 'average',
  })
  return {
    id,
    source: 'nvml',
    scope: 'board',
    method,
    isSynthetic: false,
    sensor: calls.join(', '),
    deviceId: gpu.board?.uuid ?? gpu.migUuid,
    contains: [],
    updatePeriodMs: card?.updatePeriodMs ?? updatePeriodMs,
    averagingWindowMs: card?.averagingWindowMs ?? null,
    observedShare: card?.observedShare ?? null,
    wrapsAtJ: null,
    gainUncertainty: card?.gainUncertainty ?? gainUncertainty,
  }
}

/** The stamp is that of the counter, which windows are cut by; watts are read right after it. */
function readSensor(
  nvml: NvmlLibrary,
  sensor: NvmlSensor,
  { clock }: EnergyContext,
): EnergyReading {
  const { id, gpu, method, power } = sensor
  const beforeMs = clock.nowMs()
  const handle = gpu.board?.handle ?? null
  const readPower = (): number | null =>
    handle === null || power === null ? null : successOf(nvml[power](handle))
  if (method === 'power') {
    const watts = readPower()
    return { domain: id, atMs: (beforeMs + clock.nowMs()) / 2, joules: null, watts }
  }
  const joules = handle === null ? null : successOf(nvml.energyJ(handle))
  const atMs = (beforeMs + clock.nowMs()) / 2
  return { domain: id, atMs, joules, watts: readPower() }
}

function factsOf(nvml: NvmlLibrary, { id, gpu }: NvmlSensor): DeviceFacts[] {
  if (gpu.board === null) return []
  const { handle, name, uuid, busId } = gpu.board
  return [
    {
      id,
      name,
      uuid,
      busId,
      architecture: null,
      requestedPowerLimitW: null,
      defaultPowerLimitW: null,
      minPowerLimitW: null,
      maxPowerLimitW: null,
      isPartitioned: null,
      driverVersion: successOf(nvml.driverVersion()),
      memoryBytes: successOf(nvml.memoryBytes(handle)),
      powerLimitW: successOf(nvml.powerLimitW(handle)),
      smClockMhz: successOf(nvml.clockMhz(handle, 'sm')),
      memoryClockMhz: successOf(nvml.clockMhz(handle, 'memory')),
      temperatureC: successOf(nvml.temperatureC(handle)),
      isPersistent: successOf(nvml.isPersistent(handle)),
    },
  ]
}
