/** What an NVIDIA board is, and what it is doing: everything but energy and power. */

import { milliwattsToW, nanosecondsToMs, percentToShare } from '../../core/units.ts'
import type { DeviceFacts, DeviceState, ThrottleCause, ThrottleReason } from '../energySource.ts'
import type { NvmlBoard } from './findNvmlBoards.ts'
import { type NvmlLibrary, type NvmlResult, successOf } from './loadNvml.ts'
import { nvmlFields, thermalTimeFields } from './nvmlFields.ts'

export function readNvmlFacts(nvml: NvmlLibrary, id: string, board: NvmlBoard): DeviceFacts {
  const { handle, name, uuid, busId, architecture } = board
  const limits = nvml.fieldReader(limitFields.map((field) => ({ field })))(handle)
  const limitW = (field: number): number | null => {
    const result = limits[limitFields.indexOf(field)]
    return result?.ok ? milliwattsToW(result.value) : null
  }
  return {
    id,
    name,
    uuid,
    busId,
    architecture,
    driverVersion: successOf(nvml.driverVersion()),
    memoryBytes: successOf(nvml.memory(handle))?.totalBytes ?? null,
    powerLimitW: limitW(nvmlFields.currentLimit) ?? successOf(nvml.powerLimitW(handle)),
    requestedPowerLimitW:
      limitW(nvmlFields.requestedLimit) ?? successOf(nvml.requestedPowerLimitW(handle)),
    defaultPowerLimitW:
      limitW(nvmlFields.defaultLimit) ?? successOf(nvml.defaultPowerLimitW(handle)),
    minPowerLimitW: limitW(nvmlFields.minLimit),
    maxPowerLimitW: limitW(nvmlFields.maxLimit),
    smClockMhz: successOf(nvml.clockMhz(handle, 'sm')),
    memoryClockMhz: successOf(nvml.clockMhz(handle, 'memory')),
    temperatureC: successOf(nvml.temperatureC(handle)),
    isPersistent: successOf(nvml.isPersistent(handle)),
    isPartitioned: successOf(nvml.isPartitioned(handle)),
  }
}

const limitFields: readonly number[] = [
  nvmlFields.minLimit,
  nvmlFields.maxLimit,
  nvmlFields.defaultLimit,
  nvmlFields.currentLimit,
  nvmlFields.requestedLimit,
]

/** Prepares the calls; what it returns reads the state of one board. */
export function nvmlStateReader(nvml: NvmlLibrary, nowMs: () => number) {
  const thermal = thermalTimeFields(successOf(nvml.driverVersion()))
  const timeFields = new Map<ThrottleCause, number>([
    ['powerCap', nvmlFields.powerCapTime],
    ['syncBoost', nvmlFields.syncBoostTime],
    ...(thermal === null ? [] : thermalCauses.map((cause, i) => [cause, thermal[i] ?? 0] as const)),
  ])
  const readTimes = nvml.fieldReader([...timeFields.values()].map((field) => ({ field })))
  return (id: string, { handle }: NvmlBoard): DeviceState => {
    const beforeMs = nowMs()
    const utilization = successOf(nvml.utilization(handle))
    const performanceState = successOf(nvml.performanceState(handle))
    const bits = successOf(nvml.throttleBits(handle))
    return {
      id,
      smClockMhz: successOf(nvml.clockMhz(handle, 'sm')),
      memoryClockMhz: successOf(nvml.clockMhz(handle, 'memory')),
      temperatureC: successOf(nvml.temperatureC(handle)),
      computeUtilization: utilization && percentToShare(utilization.computePercent),
      memoryUtilization: utilization && percentToShare(utilization.memoryPercent),
      memoryUsedBytes: successOf(nvml.memory(handle))?.usedBytes ?? null,
      powerLimitW: successOf(nvml.powerLimitW(handle)),
      performanceState: performanceState === unknownState ? null : performanceState,
      throttleReasons: bits === null ? null : reasonsOf(bits),
      throttledMs: throttledMsOf([...timeFields.keys()], readTimes(handle)),
      atMs: (beforeMs + nowMs()) / 2,
    }
  }
}

const thermalCauses = ['softwareThermal', 'hardwareThermal', 'powerBrake'] as const
/** NVML_PSTATE_UNKNOWN */
const unknownState = 32

/** nvmlClocksEventReasons of nvml.h. */
const reasonBits: readonly [number, ThrottleReason][] = [
  [0x1, 'idle'],
  [0x2, 'applicationClocks'],
  [0x4, 'powerCap'],
  [0x8, 'hardwareSlowdown'],
  [0x10, 'syncBoost'],
  [0x20, 'softwareThermal'],
  [0x40, 'hardwareThermal'],
  [0x80, 'powerBrake'],
  [0x100, 'displayClocks'],
  [0x200, 'boardLimit'],
  [0x400, 'reliability'],
]

const reasonsOf = (bits: number): ThrottleReason[] =>
  reasonBits.filter(([bit]) => (bits & bit) !== 0).map(([, reason]) => reason)

function throttledMsOf(
  causes: readonly ThrottleCause[],
  times: readonly NvmlResult<number>[],
): DeviceState['throttledMs'] {
  const msOf = (cause: ThrottleCause): number | null => {
    const time = times[causes.indexOf(cause)]
    return time?.ok ? nanosecondsToMs(time.value) : null
  }
  return {
    powerCap: msOf('powerCap'),
    syncBoost: msOf('syncBoost'),
    softwareThermal: msOf('softwareThermal'),
    hardwareThermal: msOf('hardwareThermal'),
    powerBrake: msOf('powerBrake'),
  }
}
