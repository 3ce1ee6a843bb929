/** What the devices were doing in the window, and what of it a reader of the joules must know. Pure. */

import type { Warning } from '../../core/warnings.ts'
import type { DeviceFacts, DeviceState } from '../../energy/energySource.ts'
import { mean, quantile } from '../../stats/descriptive.ts'
import type { DeviceSummary } from '../../store/deviceSummary.ts'
import type { Window } from '../../store/resultFile.ts'
import type { DeviceLook, DeviceUser } from '../sampler/deviceWatch.ts'
import { deviceWarnings } from './deviceWarnings.ts'
import { throttledShare } from './throttledShare.ts'

export interface DeviceInput {
  looks: readonly DeviceLook[]
  devices: readonly DeviceFacts[]
  window: Window
  /** When the engine was started: whoever was on a device before is not the engine. Null when it was there already. */
  launchedMs: number | null
  /** Limit that the experiment asked for; null when it asked for none. */
  askedPowerLimitW: number | null
}

export function summarizeDevices(input: DeviceInput): {
  devices: DeviceSummary[]
  warnings: Warning[]
} {
  const ids = [...new Set(input.looks.flatMap(({ states }) => states.map(({ id }) => id)))]
  const devices = ids.map((id) => summarizeDevice(id, input))
  return { devices, warnings: deviceWarnings(devices, input) }
}

function summarizeDevice(
  id: string,
  { looks, window, launchedMs }: Omit<DeviceInput, 'askedPowerLimitW'>,
): DeviceSummary {
  const all = looks.flatMap(({ states }) => states.filter((state) => state.id === id))
  const inside = all.filter(({ atMs }) => atMs >= window.startMs && atMs <= window.endMs)
  const known = (value: (state: DeviceState) => number | null): number[] =>
    inside.flatMap((state) => value(state) ?? [])
  return {
    id,
    lookCount: inside.length,
    temperature: temperatureOf(known(({ temperatureC }) => temperatureC)),
    smClock: clockOf(known(({ smClockMhz }) => smClockMhz)),
    memoryClockMhz: medianOf(known(({ memoryClockMhz }) => memoryClockMhz)),
    computeUtilization: mean(known(({ computeUtilization }) => computeUtilization)),
    memoryUtilization: mean(known(({ memoryUtilization }) => memoryUtilization)),
    memoryUsedBytes: highest(known(({ memoryUsedBytes }) => memoryUsedBytes)),
    powerLimitW: known(({ powerLimitW }) => powerLimitW).at(-1) ?? null,
    throttledShare: throttledShare(all, window),
    otherPrograms: otherPrograms(id, looks, { window, launchedMs }),
  }
}

function temperatureOf(values: readonly number[]): DeviceSummary['temperature'] {
  const [startC, endC, maxC] = [values[0], values.at(-1), highest(values)]
  if (startC === undefined || endC === undefined || maxC === null) return null
  return { startC, endC, maxC }
}

function clockOf(values: readonly number[]): DeviceSummary['smClock'] {
  const third = Math.max(1, Math.floor(values.length / 3))
  const [startMhz, endMhz] = [medianOf(values.slice(0, third)), medianOf(values.slice(-third))]
  if (startMhz === null || endMhz === null) return null
  return { startMhz, endMhz, minMhz: Math.min(...values), maxMhz: Math.max(...values) }
}

const highest = (values: readonly number[]): number | null =>
  values.length === 0 ? null : Math.max(...values)

const medianOf = (values: readonly number[]): number | null =>
  quantile(
    values.toSorted((a, b) => a - b),
    0.5,
  )

/**
 * Not ours is whoever was started by somebody else, and, where that cannot be told, whoever was there before the engine.
 * A server that somebody else started cannot be told from its neighbors at all.
 */
function otherPrograms(
  id: string,
  looks: readonly DeviceLook[],
  { window, launchedMs }: { window: Window; launchedMs: number | null },
): DeviceSummary['otherPrograms'] {
  if (launchedMs === null) return null
  const usersOf = (some: readonly DeviceLook[]): DeviceUser[] =>
    some.flatMap(({ users }) => users.filter((user) => user.id === id))
  const before = new Set(
    usersOf(looks.filter(({ atMs }) => atMs < launchedMs)).map(({ pid }) => pid),
  )
  const others = usersOf(
    looks.filter(({ atMs }) => atMs >= window.startMs && atMs <= window.endMs),
  ).filter(({ pid, isOurs }) => isOurs === false || (isOurs === null && before.has(pid)))
  const byPid = new Map(others.map(({ pid, memoryBytes }) => [pid, { pid, memoryBytes }]))
  return [...byPid.values()]
}
