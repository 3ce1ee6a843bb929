/** Looks at the devices beside the energy: what they are doing, and who else is on them. Runs on the sampler's thread. */

import { readlinkSync } from 'node:fs'
import { readProcess } from '../../core/processTable.ts'
import type { DeviceState, EnergyMeter } from '../../energy/energySource.ts'

export interface DeviceLook {
  atMs: number
  states: readonly DeviceState[]
  users: readonly DeviceUser[]
}

/** A program on a device. */
export interface DeviceUser {
  /** Id of the domain of the device. */
  id: string
  pid: number
  memoryBytes: number | null
  /** Whether it is this process or was started by it; null when that cannot be told. */
  isOurs: boolean | null
}

/** Null when no meter tells more than joules. */
export function deviceWatch(
  meters: readonly EnergyMeter[],
  isOurs: (pid: number) => boolean | null = ownershipOf(),
): ((nowMs: number) => DeviceLook) | null {
  const telling = meters.filter(
    ({ state, processes }) => state !== undefined || processes !== undefined,
  )
  if (telling.length === 0) return null
  return (atMs) => ({
    atMs,
    states: telling.flatMap((meter) => quietly(() => meter.state?.() ?? [])),
    users: telling
      .flatMap((meter) => quietly(() => meter.processes?.() ?? []))
      .flatMap(({ id, processes }) =>
        (processes ?? []).map((one) => ({ id, ...one, isOurs: isOurs(one.pid) })),
      ),
  })
}

function quietly<T>(read: () => T[]): T[] {
  try {
    return read()
  } catch {
    // A driver that fails here must not end the sampler: its readings of energy show what is wrong.
    return []
  }
}

/** The number of the first namespace of processes. PROC_PID_INIT_INO, include/linux/proc_ns.h */
const firstNamespace = 'pid:[4026531836]'

/** By the chain of parents; each number is followed once. In a container the driver's numbers are those of the host. */
function ownershipOf(): (pid: number) => boolean | null {
  const known = new Map<number, boolean | null>()
  const canTell = namespace() === firstNamespace
  return (pid) => {
    const found = known.get(pid)
    if (found !== undefined) return found
    const isOurs = canTell ? descends(pid) : null
    known.set(pid, isOurs)
    return isOurs
  }
}

function descends(pid: number): boolean | null {
  let current = readProcess(String(pid))
  if (current === null) return null
  while (current !== null && current.pid !== process.pid) {
    current = current.parentPid === 0 ? null : readProcess(String(current.parentPid))
  }
  return current !== null
}

function namespace(): string | null {
  try {
    return readlinkSync('/proc/self/ns/pid')
  } catch {
    // Not Linux, or a sandbox that hides it: whose a number is cannot be told.
    return null
  }
}
