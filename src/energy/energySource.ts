/** The contract of an energy source: what reads joules or watts. One file each, found by the generated registry. */

import type { ZodType } from 'zod'
import type { Availability } from '../core/availability.ts'
import type { Clock } from '../core/clock.ts'
import type { Environment } from '../core/context.ts'
import type { EnergyDomain } from '../core/energyDomain.ts'
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
  /** Whether it can be read on this machine; never throws. */
  probe(ctx: EnergyContext): Promise<Availability>
  open(options: O, ctx: EnergyContext): Promise<EnergyMeter>
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
  /** What a reader must know of these figures from the start. */
  warnings?(): Warning[]
  /** The devices behind the domains, for the record of the environment. */
  devices?(): DeviceFacts[]
}

export interface EnergyReading {
  /** Id of the domain. */
  domain: string
  /** Middle of the call that read it: CLOCK_MONOTONIC, milliseconds. */
  atMs: number
  /** Raw counter in joules, not unwrapped; null when the domain has no counter or it could not be read. */
  joules: number | null
  /** Power in watts; null when the domain has no power field or it could not be read. */
  watts: number | null
}

/** One accelerator as its driver describes it; null for what the driver does not say. */
export interface DeviceFacts {
  id: string
  name: string
  uuid: string
  driverVersion: string | null
  memoryBytes: number | null
  powerLimitW: number | null
  smClockMhz: number | null
  memoryClockMhz: number | null
  temperatureC: number | null
  isPersistent: boolean | null
}
