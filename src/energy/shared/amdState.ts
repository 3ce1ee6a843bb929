/** What an AMD GPU is, and what it is doing: everything but energy and power, from the kernel's files. */

import { join } from 'node:path'
import { hertzToMhz, microwattsToW, millidegreesToC, percentToShare } from '../../core/units.ts'
import type { DeviceFacts, DeviceState } from '../energySource.ts'
import type { AmdCard } from './findAmdCards.ts'
import { openSysfs } from './sysfs.ts'

export function readAmdFacts(root: string, id: string, card: AmdCard): DeviceFacts {
  const { text } = openSysfs(root)
  const { number, sensor } = readersOf(root, card)
  return {
    id,
    name: card.name,
    uuid: card.uuid ?? card.busId,
    busId: card.busId,
    architecture: null,
    driverVersion: text('sys/module/amdgpu/version'),
    memoryBytes: number('mem_info_vram_total'),
    powerLimitW: sensor('power1_cap', microwattsToW),
    // The driver keeps no limit but the one in force.
    requestedPowerLimitW: sensor('power1_cap', microwattsToW),
    defaultPowerLimitW: sensor('power1_cap_default', microwattsToW),
    minPowerLimitW: sensor('power1_cap_min', microwattsToW),
    maxPowerLimitW: sensor('power1_cap_max', microwattsToW),
    ...clocksOf(sensor),
    isPersistent: null,
    isPartitioned: null,
  }
}

export function readAmdState(
  root: string,
  card: AmdCard,
  { id, nowMs }: { id: string; nowMs: () => number },
): DeviceState {
  const beforeMs = nowMs()
  const { number, sensor } = readersOf(root, card)
  const share = (name: string): number | null => {
    const percent = number(name)
    return percent === null ? null : percentToShare(percent)
  }
  return {
    id,
    ...clocksOf(sensor),
    computeUtilization: share('gpu_busy_percent'),
    memoryUtilization: share('mem_busy_percent'),
    memoryUsedBytes: number('mem_info_vram_used'),
    powerLimitW: sensor('power1_cap', microwattsToW),
    performanceState: null,
    throttleReasons: null,
    throttledMs: {
      powerCap: null,
      syncBoost: null,
      softwareThermal: null,
      hardwareThermal: null,
      powerBrake: null,
    },
    atMs: (beforeMs + nowMs()) / 2,
  }
}

type ReadSensor = (name: string, convert: (value: number) => number) => number | null

function readersOf(root: string, { path, hwmonPath }: AmdCard) {
  const sysfs = openSysfs(root)
  return {
    number: (name: string): number | null => sysfs.number(join(path, name)),
    sensor: (name: string, convert: (value: number) => number): number | null => {
      const value = hwmonPath === null ? null : sysfs.number(join(hwmonPath, name))
      return value === null ? null : convert(value)
    },
  }
}

/** Sensor 1 of each kind is the compute side, 2 the memory. The hottest point (junction, sensor 2) is what throttles. */
const clocksOf = (sensor: ReadSensor) => ({
  smClockMhz: sensor('freq1_input', hertzToMhz),
  memoryClockMhz: sensor('freq2_input', hertzToMhz),
  temperatureC: sensor('temp2_input', millidegreesToC) ?? sensor('temp1_input', millidegreesToC),
})
