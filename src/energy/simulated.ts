/** Source without a sensor: power by a stated schedule, noise by a seed, and sensor faults on demand. A pure function of the clock. */

import { z } from 'zod'
import { type EnergyDomain, energyDomainSchema } from '../core/energyDomain.ts'
import { msToSeconds, secondsToMs } from '../core/units.ts'
import type { EnergySource } from './energySource.ts'

const second = z.number().min(0).optional()
const watts = z.number().min(0)

const faults = z.strictObject({
  zero: z.boolean().default(false).describe('counter and power read zero throughout'),
  stuck_after_seconds: second.describe('neither counter nor power changes any more'),
  backwards_at_seconds: second.describe('the counter starts again from 0, as after a driver reset'),
  vanish_at_seconds: second.describe('no reading succeeds any more'),
  wraps_at_joules: z
    .number()
    .positive()
    .optional()
    .describe('the counter starts again from 0 at this value, as the domain says'),
})

const device = z.strictObject({
  id: z.string().min(1).describe('id of the domain: gpu0, cpu0, ...'),
  scope: energyDomainSchema.shape.scope.default('board').describe('what the reading covers'),
  method: z
    .enum(['counter', 'power'])
    .default('counter')
    .describe('counter: joules and watts; power: watts alone'),
  contains: z
    .array(z.string())
    .default([])
    .describe('ids of the devices whose energy is already inside this one'),
  watts: watts.optional().describe('constant power of this device; absent: as the others'),
  faults: faults.optional().describe('faults of this device; absent: those of all'),
})

const options = z.strictObject({
  devices: z
    .union([z.int().min(1).max(256), z.array(device).min(1)])
    .default(1)
    .describe('number of boards gpu0, gpu1, ..., or a list of devices'),
  watts: watts.default(100).describe('constant power of each device'),
  idle_watts: watts.optional().describe('power outside the load window; absent: watts'),
  load_watts: watts.optional().describe('power inside the load window; absent: watts'),
  load_from_seconds: z
    .number()
    .min(0)
    .default(0)
    .describe('start of the load window, from opening the source'),
  load_until_seconds: second.describe('end of the load window; absent: never'),
  publish_period_ms: z
    .number()
    .positive()
    .default(100)
    .describe('how often the sensor publishes, in milliseconds'),
  noise_watts: watts
    .default(0)
    .describe('standard deviation of the power in each publish period; the counter follows it'),
  seed: z.int().min(0).default(0).describe('seed of the noise'),
  faults: faults.prefault({}).describe('ways in which the sensors fail, from opening the source'),
})
type SimulatedOptions = z.output<typeof options>

export const source: EnergySource<SimulatedOptions> = {
  name: 'simulated',
  title: 'Simulated sensors',
  docs: 'Makes up readings by a stated schedule: it measures nothing and its figures say so. Use it to try a study where there is no sensor, to test an analysis on known answers, and to see what a broken sensor looks like. Never chosen by auto.',
  options,
  kind: 'synthetic',
  async probe() {
    return { status: 'available', detail: 'makes readings up; needs nothing' }
  },
  async open(chosen, { clock }) {
    const devices = devicesOf(chosen)
    const startMs = clock.nowMs()
    const sensors = devices.map((one, index) => ({
      id: one.id,
      ...sensorOf(chosen, one, index),
    }))
    return {
      domains: devices.map((one) => domainOf(chosen, one)),
      readsInBackground: false,
      // What is made up takes no time to read: one moment for all.
      read() {
        const atMs = clock.nowMs()
        return sensors.map(({ id, joulesAt, wattsAt }) => ({
          domain: id,
          atMs,
          joules: joulesAt(atMs - startMs),
          watts: wattsAt(atMs - startMs),
        }))
      },
      async [Symbol.asyncDispose]() {},
    }
  },
}

interface Device extends z.output<typeof device> {
  faults: z.output<typeof faults>
  idleW: number
  loadW: number
}

function devicesOf(chosen: SimulatedOptions): Device[] {
  const listed =
    typeof chosen.devices === 'number'
      ? Array.from({ length: chosen.devices }, (_, i) => device.parse({ id: `gpu${i}` }))
      : chosen.devices
  return listed.map((one) => ({
    ...one,
    faults: one.faults ?? chosen.faults,
    idleW: one.watts ?? chosen.idle_watts ?? chosen.watts,
    loadW: one.watts ?? chosen.load_watts ?? chosen.watts,
  }))
}

function domainOf(chosen: SimulatedOptions, { id, scope, method, contains, faults }: Device) {
  return {
    id,
    source: 'simulated',
    scope,
    method,
    isSynthetic: true,
    sensor: `made up, seed ${chosen.seed}`,
    deviceId: null,
    contains,
    updatePeriodMs: chosen.publish_period_ms,
    wrapsAtJ: faults.wraps_at_joules ?? null,
    gainUncertainty: 0,
  } satisfies EnergyDomain
}

/** What the device reads at a time since opening, in milliseconds: two numbers apart, which leave nothing to collect. */
function sensorOf(chosen: SimulatedOptions, one: Device, index: number) {
  const { faults, method } = one
  const periodMs = chosen.publish_period_ms
  const counter = counterOf(chosen, one, index)
  const endMs = limitMs(faults.stuck_after_seconds)
  const restartMs = limitMs(faults.backwards_at_seconds)
  const vanishMs = limitMs(faults.vanish_at_seconds)
  const rangeJ = faults.wraps_at_joules ?? Number.POSITIVE_INFINITY
  const stepAt = (elapsedMs: number): number => Math.floor(Math.min(elapsedMs, endMs) / periodMs)
  const lostJ = Number.isFinite(restartMs) ? counter.joulesAt(stepAt(restartMs)) : 0
  return {
    joulesAt(elapsedMs: number): number | null {
      if (method !== 'counter' || elapsedMs >= vanishMs) return null
      if (faults.zero) return 0
      const joules = counter.joulesAt(stepAt(elapsedMs))
      return (elapsedMs >= restartMs ? Math.max(0, joules - lostJ) : joules) % rangeJ
    },
    wattsAt(elapsedMs: number): number | null {
      if (elapsedMs >= vanishMs) return null
      return faults.zero ? 0 : counter.wattsAt(stepAt(elapsedMs))
    },
  }
}

const limitMs = (seconds: number | undefined): number =>
  seconds === undefined ? Number.POSITIVE_INFINITY : secondsToMs(seconds)

function powerW(chosen: SimulatedOptions, { idleW, loadW }: Device, atMs: number): number {
  const fromMs = secondsToMs(chosen.load_from_seconds)
  return atMs >= fromMs && atMs < limitMs(chosen.load_until_seconds) ? loadW : idleW
}

/** Exact integral of the schedule from opening to `atMs`. */
function energyJ(chosen: SimulatedOptions, { idleW, loadW }: Device, atMs: number): number {
  const fromMs = secondsToMs(chosen.load_from_seconds)
  const loadMs = Math.max(0, Math.min(atMs, limitMs(chosen.load_until_seconds)) - fromMs)
  return idleW * msToSeconds(atMs - loadMs) + loadW * msToSeconds(loadMs)
}

/** The counter and the power at the start of each publish period, by its number. With noise, best read in rising order. */
function counterOf(chosen: SimulatedOptions, one: Device, index: number) {
  const { noise_watts, seed, publish_period_ms: periodMs } = chosen
  const noiseW = (step: number): number => noise_watts * normal(seed, index, step)
  let step = 0
  let joules = 0
  return {
    wattsAt(wanted: number): number {
      const scheduledW = powerW(chosen, one, wanted * periodMs)
      return noise_watts === 0 ? scheduledW : Math.max(0, scheduledW + noiseW(wanted))
    },
    joulesAt(wanted: number): number {
      if (noise_watts === 0) return energyJ(chosen, one, wanted * periodMs)
      if (wanted < step) [step, joules] = [0, 0]
      for (; step < wanted; step++) {
        const fromMs = step * periodMs
        const cleanJ = energyJ(chosen, one, fromMs + periodMs) - energyJ(chosen, one, fromMs)
        joules += Math.max(0, cleanJ + noiseW(step) * msToSeconds(periodMs))
      }
      return joules
    },
  }
}

/** Standard normal by Box and Muller (1958), the same for the same three numbers. */
function normal(seed: number, index: number, step: number): number {
  const u = uniform(seed, index, step * 2)
  const v = uniform(seed, index, step * 2 + 1)
  return Math.sqrt(-2 * Math.log(1 - u)) * Math.cos(2 * Math.PI * v)
}

/** In [0, 1), from the 32-bit finalizer of MurmurHash3 (Appleby, public domain) over three numbers. */
function uniform(...numbers: readonly number[]): number {
  let bits = 0
  for (const number of numbers) {
    bits = Math.imul((bits + number + 0x9e3779b9) | 0, 0x85ebca6b)
    bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35)
    bits ^= bits >>> 16
  }
  return (bits >>> 0) / 2 ** 32
}
