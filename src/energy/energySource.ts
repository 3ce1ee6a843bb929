/** The contract of an energy source: what reads joules or watts. One file each, found by the generated registry. */

import type { ZodType } from 'zod'
import type { Availability } from '../core/availability.ts'
import type { Clock } from '../core/clock.ts'
import type { Environment } from '../core/context.ts'
import type { EnergyDomain } from '../core/energyDomain.ts'
import type { LeftLimits } from '../core/leftLimits.ts'
import type { Warning } from '../core/warnings.ts'

export interface EnergySource<O> {
  /** The one spelling: file name, section under `energy:`, docs. */
  name: string
  title: string
  docs: string
  /** The section `energy.<name>:` of a study file; strict, every field described. */
  options: ZodType<O>
  /** Whether it measures or models. `auto` takes a modelled source only for what no measuring source covers. */
  kind: 'measurement' | 'estimate' | 'synthetic'
  /** Whether it can be read on this machine; never throws. Without options where nobody has written any, as for `doctor`. */
  probe(ctx: EnergyContext, options?: O): Promise<Availability>
  open(options: O, ctx: EnergyContext): Promise<EnergyMeter>
  /**
   * Puts back what a process that was killed has left on a board, unless it was set otherwise since.
   * For sources whose meters can `limitDevices`.
   */
  putBack?(left: LeftLimits, ctx: EnergyContext): Promise<PutBack>
}

export interface PutBack {
  /** The part of it that was put back; null when nothing was. */
  done: LeftLimits | null
  /** Why the rest could not be; what was set otherwise since is not among them. */
  causes: string[]
}

/** The world of a source. It runs on the sampler's own thread. */
export interface EnergyContext {
  clock: Clock
  env: Environment
  /** Root of the file system that sensors are read from: `/` but in tests. */
  root: string
}

/** An open source. `read` is synchronous and quick: it is called on every tick, after every other meter. */
export interface EnergyMeter extends AsyncDisposable {
  domains: readonly EnergyDomain[]
  read(): EnergyReading[]
  /** Whether `read` only tells what was read meanwhile: the thread must not block for long between two of them. */
  readsInBackground: boolean
  /** What a reader must know of these figures from the start. */
  warnings?(): Warning[]
  /** The devices behind the domains, for the record of the environment. */
  devices?(): DeviceFacts[]
  /** What the devices are doing now: cheap enough for once a second, too dear for every tick. */
  state?(): DeviceState[]
  /** Who is running on the devices now; as dear as `state`. Null for a device that does not tell. */
  processes?(): { id: string; processes: DeviceProcess[] | null }[]
  /** Limits all its devices; absent where nothing can be set. For the host, which is there when a worker is not any more. */
  limitDevices?(limits: DeviceLimits): LimitedDevices
  /** Prepares a load on one of its devices, for `llem calibrate`; a string says why it cannot be, and what to do. */
  openLoad?(id: string): Promise<SwitchedLoad | string>
}

/** A load that begins and ends when it is told to, and the sensors that show it. Disposing it ends it. */
export interface SwitchedLoad extends AsyncDisposable {
  set(isHigh: boolean): void
  /** When it began and ended, in turn; complete once it is disposed. */
  edges(): readonly LoadEdge[]
  /** Why it has ended by itself; null while it has not. */
  failure(): string | null
  /** The devices that it loads, and no others. */
  read(): EnergyReading[]
}

export interface LoadEdge {
  /** CLOCK_MONOTONIC, milliseconds. */
  atMs: number
  /** How much earlier it may have been; null when unknown. */
  withinMs: number | null
}

/** Null leaves as it is. */
export interface DeviceLimits {
  powerLimitW: number | null
  /** Compute clock, held from below and above. */
  clockMhz: number | null
}

export type LimitedDevices =
  /** `restore` puts back what was there, and says what it could not. */
  | { status: 'limited'; restore(): string[] }
  /** Nothing stays changed but what `left` names. */
  | { status: 'refused'; cause: string; left: string[] }

export interface EnergyReading {
  /** Id of the domain. */
  domain: string
  /** Middle of the call that read it: CLOCK_MONOTONIC, milliseconds. */
  atMs: number
  /** Raw counter in joules, not unwrapped; null when the domain has no counter or it could not be read. */
  joules: number | null
  /** Power in watts; null when the domain has no power field or it could not be read. */
  watts: number | null
  /** Highest of the powers that `watts` is the mean of; absent where it is one as read. */
  peakW?: number
}

/** One accelerator as its driver describes it; null for what the driver does not say. */
export interface DeviceFacts {
  id: string
  name: string
  uuid: string
  /** PCI address: domain, bus, device and function in hex. */
  busId: string | null
  /** `Hopper`, `Ampere`, ...: the generation in its maker's words. */
  architecture: string | null
  driverVersion: string | null
  memoryBytes: number | null
  /** Limit in force, whoever set it. */
  powerLimitW: number | null
  /** Limit that was asked for through the driver. */
  requestedPowerLimitW: number | null
  /** Limit that the device starts with. */
  defaultPowerLimitW: number | null
  /** Lowest and highest limit that can be set. */
  minPowerLimitW: number | null
  maxPowerLimitW: number | null
  smClockMhz: number | null
  memoryClockMhz: number | null
  temperatureC: number | null
  isPersistent: boolean | null
  /** Whether the device is cut into instances (MIG), which share its sensor. */
  isPartitioned: boolean | null
}

/** What a device was doing at one moment; null for what the driver does not say. */
export interface DeviceState {
  /** Id of its energy domain. */
  id: string
  /** Middle of the calls that read it: CLOCK_MONOTONIC, milliseconds. */
  atMs: number
  smClockMhz: number | null
  memoryClockMhz: number | null
  temperatureC: number | null
  /** Share of the driver's last period (1/6 to 1 s) in which a kernel ran: 0 to 1. */
  computeUtilization: number | null
  /** Share of the driver's last period in which device memory was read or written: 0 to 1. */
  memoryUtilization: number | null
  memoryUsedBytes: number | null
  /** Limit in force. */
  powerLimitW: number | null
  /** 0 is the fastest, 15 the slowest. */
  performanceState: number | null
  /** What holds the clocks down at this moment; empty when nothing does. */
  throttleReasons: ThrottleReason[] | null
  /** How long each cause has held the clocks down since the driver was loaded: take differences. */
  throttledMs: Readonly<Record<ThrottleCause, number | null>>
}

/** Causes that the driver keeps the time of. `powerCap` is normal at full load, the others are not. */
export type ThrottleCause =
  | 'powerCap'
  | 'syncBoost'
  | 'softwareThermal'
  | 'hardwareThermal'
  | 'powerBrake'

export type ThrottleReason =
  | ThrottleCause
  | 'idle'
  | 'applicationClocks'
  | 'hardwareSlowdown'
  | 'displayClocks'
  | 'boardLimit'
  | 'reliability'

/** A program that has a context on a device. */
export interface DeviceProcess {
  /** As the driver numbers it: in a container it may be a number of the host. */
  pid: number
  memoryBytes: number | null
}
