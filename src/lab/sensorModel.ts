/** A sensor as it really is: it publishes now and then, looks at a part of the time, is off by a factor, and fails. */

import { millijoulesToJ, msToSeconds } from '../core/units.ts'
import type { PowerCurve } from './powerCurve.ts'

export interface SensorModel {
  /** What it is connected to. */
  curve: PowerCurve
  kind: 'counter' | 'power'
  publishMs: number
  /** When it publishes: anywhere within a period, fixed at boot and not to be chosen (Yang et al., SC24). */
  phaseMs: number
  /** Each value is the mean over this time before it is made. A counter that has one sees nothing else of its period. */
  windowMs?: number
  /** How old a value is when it appears. */
  lagMs?: number
  /** 1 is a perfect sensor. */
  gain?: number
  offsetW?: number
  /** Values are multiples of this: joules of a counter, watts of a power sensor. */
  step?: number
  /** A counter starts again from 0 at this value. */
  wrapsAtJ?: number
  /** The joules that a counter holds at time 0. */
  startJ?: number
  fault?: SensorFault
}

type SensorFault =
  | { kind: 'zero' }
  | { kind: 'stuck'; fromMs: number }
  | { kind: 'vanish'; fromMs: number; toMs: number }
  | { kind: 'backwards'; atMs: number; dropJ: number }
  | { kind: 'restart'; atMs: number }

/** A function that gives what the sensor shows at a moment; null when it does not answer. Ask in order of time. */
export function sensorModel(model: SensorModel): (atMs: number) => number | null {
  const { fault, publishMs, phaseMs } = model
  const shownAt = model.kind === 'counter' ? counterValue(model) : powerValue(model)
  return (atMs) => {
    if (fault?.kind === 'vanish' && atMs >= fault.fromMs && atMs < fault.toMs) return null
    if (fault?.kind === 'zero') return 0
    const seenMs = fault?.kind === 'stuck' ? Math.min(atMs, fault.fromMs) : atMs
    return shownAt(Math.floor((seenMs - phaseMs) / publishMs))
  }
}

/** The value that is published as number `index`. */
function powerValue(model: SensorModel): (index: number) => number {
  const { curve, publishMs, phaseMs, windowMs = 0, lagMs = 0, gain = 1, offsetW = 0 } = model
  return (index) => {
    const atMs = phaseMs + index * publishMs - lagMs
    const trueW = windowMs === 0 ? curve.powerW(atMs) : meanW(curve, atMs - windowMs, atMs)
    return quantized(Math.max(0, gain * trueW + offsetW), model.step)
  }
}

function counterValue(model: SensorModel): (index: number) => number {
  const { curve, publishMs, phaseMs, windowMs, lagMs = 0, gain = 1, offsetW = 0, fault } = model
  const momentMs = (index: number): number => phaseMs + index * publishMs - lagMs
  let seen = -Math.ceil(phaseMs / publishMs)
  let seenJ = 0
  const observedJ = (index: number): number => {
    if (windowMs === undefined) return curve.energyJ(momentMs(index))
    for (; seen < index; seen++) {
      const atMs = momentMs(seen + 1)
      seenJ += millijoulesToJ(meanW(curve, atMs - windowMs, atMs) * publishMs)
    }
    return seenJ
  }
  const countedJ = (index: number): number =>
    gain * observedJ(index) + millijoulesToJ(offsetW * momentMs(index)) + (model.startJ ?? 0)
  const restartJ = fault?.kind === 'restart' ? curve.energyJ(fault.atMs) + (model.startJ ?? 0) : 0
  return (index) => {
    const joules = countedJ(index)
    const lostJ =
      fault?.kind === 'backwards' && momentMs(index) >= fault.atMs
        ? fault.dropJ
        : fault?.kind === 'restart' && momentMs(index) >= fault.atMs
          ? restartJ
          : 0
    const kept = quantized(Math.max(0, joules - lostJ), model.step)
    return model.wrapsAtJ === undefined ? kept : kept % model.wrapsAtJ
  }
}

const meanW = (curve: PowerCurve, fromMs: number, toMs: number): number =>
  (curve.energyJ(toMs) - curve.energyJ(fromMs)) / msToSeconds(toMs - fromMs)

const quantized = (value: number, step = 0): number =>
  step === 0 ? value : Math.floor(value / step) * step
