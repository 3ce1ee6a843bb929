/** The sensors that people have, as models: what their source says of them, and what they really do. */

import type { EnergyDomain } from '../core/energyDomain.ts'
import type { LabDomain } from './labMeter.ts'
import type { PowerCurve } from './powerCurve.ts'
import type { SensorModel } from './sensorModel.ts'

export interface SensorType {
  name: string
  domain: Omit<EnergyDomain, 'id' | 'source' | 'isSynthetic' | 'deviceId' | 'contains'>
  sensor: Omit<SensorModel, 'curve' | 'phaseMs' | 'gain' | 'kind'>
}

const facts = { updatePeriodMs: 100, wrapsAtJ: null, gainUncertainty: 0.05 }

/** Periods, averaging windows and shares: Yang et al., SC24 (arXiv 2312.02741); RAPL: kernel documentation. */
export const sensorTypes: readonly SensorType[] = [
  {
    name: 'board counter, 100 ms',
    domain: { ...facts, scope: 'board', method: 'counter', resolutionJ: 0.001 },
    sensor: { publishMs: 100.3, step: 0.001 },
  },
  {
    name: 'board counter, 100 ms, exact gain',
    domain: { ...facts, scope: 'board', method: 'counter', resolutionJ: 0.001, gainUncertainty: 0 },
    sensor: { publishMs: 100.3, step: 0.001 },
  },
  {
    name: 'board counter, 20 ms',
    domain: { ...facts, scope: 'board', method: 'counter', updatePeriodMs: 20, resolutionJ: 0.001 },
    sensor: { publishMs: 20.1, step: 0.001 },
  },
  {
    name: 'package counter, 1 ms (RAPL)',
    domain: {
      ...facts,
      scope: 'package',
      method: 'counter',
      updatePeriodMs: 1,
      wrapsAtJ: 262_143.328_85,
      resolutionJ: 2 ** -14,
      gainUncertainty: 0.02,
    },
    sensor: { publishMs: 1.003, step: 2 ** -14, wrapsAtJ: 262_143.328_85, startJ: 261_000 },
  },
  {
    name: 'power, mean of 100 ms (Turing, RTX 3090)',
    domain: { ...facts, scope: 'board', method: 'power', averagingWindowMs: 100, observedShare: 1 },
    sensor: { publishMs: 100.3, windowMs: 100, step: 0.001 },
  },
  {
    name: 'power, 25 of 100 ms (A100, H100)',
    domain: {
      ...facts,
      scope: 'board',
      method: 'power',
      averagingWindowMs: 25,
      observedShare: 0.25,
    },
    sensor: { publishMs: 100.3, windowMs: 25, step: 0.001 },
  },
  {
    name: 'power, mean of 1 s (Ampere and newer)',
    domain: {
      ...facts,
      scope: 'board',
      method: 'power',
      averagingWindowMs: 1000,
      observedShare: 1,
    },
    sensor: { publishMs: 100.3, windowMs: 1000, step: 0.001 },
  },
  {
    name: 'power, 10 of 20 ms (Pascal, Volta)',
    domain: {
      ...facts,
      scope: 'board',
      method: 'power',
      updatePeriodMs: 20,
      averagingWindowMs: 10,
      observedShare: 0.5,
    },
    sensor: { publishMs: 20.1, windowMs: 10, step: 0.001 },
  },
  {
    name: 'power, 50 ms, whole watts (hwmon)',
    domain: {
      ...facts,
      scope: 'module',
      method: 'power',
      updatePeriodMs: 50,
      averagingWindowMs: 50,
      observedShare: 1,
      resolutionW: 1,
      gainUncertainty: 0.02,
    },
    sensor: { publishMs: 50.2, windowMs: 50, step: 1, offsetW: 0.5 },
  },
  {
    name: 'wall meter, 1 s',
    domain: {
      ...facts,
      scope: 'wall',
      method: 'power',
      updatePeriodMs: 1000,
      averagingWindowMs: 1000,
      observedShare: 1,
      resolutionW: 0.1,
      gainUncertainty: 0.01,
    },
    sensor: { publishMs: 1003, windowMs: 1000, step: 0.1, offsetW: 0.05 },
  },
]

/** A domain of that type on a device, with its own gain and phase. */
export function labDomain(
  { domain, sensor }: SensorType,
  options: { id: string; truth: PowerCurve; phaseMs: number; gain?: number },
): LabDomain {
  const { id, truth, phaseMs, gain = 1 } = options
  const model = { ...sensor, curve: truth, phaseMs, gain }
  return {
    domain: { id, source: 'lab', isSynthetic: true, deviceId: id, contains: [], ...domain },
    truth,
    ...(domain.method === 'counter'
      ? { counter: { ...model, kind: 'counter' } }
      : { watts: { ...model, kind: 'power' } }),
  }
}
