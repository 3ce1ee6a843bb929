/** A device that idles, works and idles again: its true power, with bursts, clock ramps, heat and leakage. */

import type { Random } from '../core/random.ts'
import type { Window } from '../store/resultFile.ts'
import { type CurvePoint, type PowerCurve, powerCurve } from './powerCurve.ts'

/**
 * How power moves while the device works: `steady`; `bursts` of random length, as prefill and decode give them; a
 * `square` wave; a `ramp` that ends at `loadW`; `noise` around it.
 */
export type LoadShape = 'steady' | 'bursts' | 'square' | 'ramp' | 'noise'

export interface DeviceModel {
  idleW: number
  loadW: number
  /** Every time that the device works, in order. */
  loads: readonly Window[]
  endMs: number
  shape: LoadShape
  /** Typical length of a burst, half a period of a square wave, or a step of noise. */
  burstMs?: number
  /** Power between bursts as a share of `loadW`. */
  lowShare?: number
  /** How long power takes to rise and to fall at the ends of a load. */
  rampMs?: number
  heat?: HeatModel
}

/** A body with one heat capacity: it warms towards power times resistance, and its leakage grows with it. */
export interface HeatModel {
  kelvinPerW: number
  timeConstantMs: number
  /** Power added per kelvin, as a share. Silicon leaks about 0.2 to 1 % of a chip's power more per kelvin. */
  leakagePerKelvin: number
}

export function devicePower(device: DeviceModel, random: Random): PowerCurve {
  const cold = coldPoints(device, random)
  return powerCurve(device.heat === undefined ? cold : warmed(cold, device.heat))
}

function coldPoints(device: DeviceModel, random: Random): CurvePoint[] {
  const { idleW, rampMs = 0, endMs } = device
  const points: CurvePoint[] = [{ atMs: 0, powerW: idleW }]
  for (const load of device.loads) {
    const inside = loadPoints(device, load, random)
    points.push({ atMs: load.startMs, powerW: idleW }, ...inside)
    points.push({ atMs: load.endMs + rampMs, powerW: idleW })
  }
  points.push({ atMs: endMs, powerW: idleW })
  return points
}

/** From the end of the rise to the end of the load. */
function loadPoints(device: DeviceModel, load: Window, random: Random): CurvePoint[] {
  const { loadW, shape, idleW, burstMs = 100, lowShare = 0.5, rampMs = 0 } = device
  const [startMs, endMs] = [load.startMs + rampMs, load.endMs]
  if (shape === 'steady') return constant(startMs, endMs, loadW)
  if (shape === 'ramp') {
    return [
      { atMs: startMs, powerW: idleW + lowShare * (loadW - idleW) },
      { atMs: endMs, powerW: loadW },
    ]
  }
  const points: CurvePoint[] = []
  let isHigh = true
  for (let atMs = startMs; atMs < endMs; isHigh = !isHigh) {
    // An exponential length makes bursts that nobody's sampling can be in step with.
    const lengthMs = shape === 'bursts' ? -burstMs * Math.log(1 - random.uniform()) : burstMs
    const nextMs = Math.min(endMs, atMs + Math.max(1, lengthMs))
    const steppedW = isHigh ? loadW : lowShare * loadW
    const noisyW = Math.max(idleW, loadW * (1 + 0.1 * random.normal()))
    points.push(...constant(atMs, nextMs, shape === 'noise' ? noisyW : steppedW))
    atMs = nextMs
  }
  return points
}

const constant = (startMs: number, endMs: number, powerW: number): CurvePoint[] => [
  { atMs: startMs, powerW },
  { atMs: endMs, powerW },
]

/** Longest stretch over which leakage is taken to change in a straight line. */
const heatStepMs = 100

/** The exact solution of one heat capacity under constant power: an exponential towards power times resistance. */
function warmed(cold: readonly CurvePoint[], heat: HeatModel): CurvePoint[] {
  const { kelvinPerW, timeConstantMs, leakagePerKelvin } = heat
  const [first] = cold
  let riseK = kelvinPerW * (first?.powerW ?? 0)
  const referenceK = riseK
  const leaking = (powerW: number): number => powerW * (1 + leakagePerKelvin * (riseK - referenceK))
  const points: CurvePoint[] = []
  cold.forEach((point, index) => {
    const next = cold[index + 1] ?? point
    const steps = Math.max(1, Math.ceil((next.atMs - point.atMs) / heatStepMs))
    points.push({ atMs: point.atMs, powerW: leaking(point.powerW) })
    for (let step = 1; step <= steps; step++) {
      const share = step / steps
      const powerW = point.powerW + (next.powerW - point.powerW) * share
      const spanMs = (next.atMs - point.atMs) / steps
      const towardsK = kelvinPerW * powerW
      riseK = towardsK + (riseK - towardsK) * Math.exp(-spanMs / timeConstantMs)
      const atMs = point.atMs + (next.atMs - point.atMs) * share
      if (step < steps) points.push({ atMs, powerW: leaking(powerW) })
    }
    // The end of a stretch just before the next begins: a step of power is one of the device, not of its heat.
    points.push({ atMs: next.atMs, powerW: leaking(next.powerW) })
  })
  return points
}
