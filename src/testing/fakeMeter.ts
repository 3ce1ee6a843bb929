/** A meter of one board that says what a test wants it to say. */

import type { EnergyDomain } from '../core/energyDomain.ts'
import type { DeviceProcess, DeviceState, EnergyMeter } from '../energy/energySource.ts'
import { sampleDomainEnergy } from './sampleResult.ts'

export interface FakeBoard {
  temperatureC?: number | null
  memoryUsedBytes?: number | null
  processes?: DeviceProcess[] | null
}

export const boardDomain: EnergyDomain = {
  ...sampleDomainEnergy().domain,
  id: 'gpu0',
  scope: 'board',
  deviceId: 'GPU-1',
}

/** `board` is asked anew at every look. */
export function fakeMeter(
  board: () => FakeBoard,
  domains: readonly EnergyDomain[] = [boardDomain],
): EnergyMeter {
  return {
    domains,
    readsInBackground: false,
    read: () => [],
    state: () => [{ ...unknownState, ...withoutProcesses(board()) }],
    processes: () => [{ id: 'gpu0', processes: board().processes ?? null }],
    async [Symbol.asyncDispose]() {},
  }
}

function withoutProcesses({ temperatureC = null, memoryUsedBytes = null }: FakeBoard) {
  return { temperatureC, memoryUsedBytes }
}

const unknownState: DeviceState = {
  id: 'gpu0',
  atMs: 0,
  smClockMhz: null,
  memoryClockMhz: null,
  temperatureC: null,
  computeUtilization: null,
  memoryUtilization: null,
  memoryUsedBytes: null,
  powerLimitW: null,
  performanceState: null,
  throttleReasons: null,
  throttledMs: {
    powerCap: null,
    syncBoost: null,
    softwareThermal: null,
    hardwareThermal: null,
    powerBrake: null,
  },
}
