/** A hundred situations with a known truth, each with the error that its sensor allows, and why. */

import { seededRandom } from '../core/random.ts'
import type { Window } from '../store/resultFile.ts'
import { type DeviceModel, devicePower, type HeatModel, type LoadShape } from './devicePower.ts'
import type { LabDomain } from './labMeter.ts'
import { labDomain, type SensorType, sensorTypes } from './sensorTypes.ts'

export interface Scenario {
  name: string
  domain: LabDomain
  window: Window
  endMs: number
  seed: number
  /** Largest error that the sensor allows, as a share of the truth. */
  allowedShare: number
  /** Why it is what it is. */
  why: string
}

/** The pipeline itself may add no more than this. */
const pipelineShare = 0.005

interface Load {
  name: string
  shape: LoadShape
  device?: Partial<DeviceModel>
}

const heat: HeatModel = { kelvinPerW: 0.12, timeConstantMs: 4000, leakagePerKelvin: 0.004 }
const loads: readonly Load[] = [
  { name: 'steady', shape: 'steady' },
  { name: 'steady, warming and leaking', shape: 'steady', device: { heat } },
  { name: 'bursts of 200 ms', shape: 'bursts', device: { burstMs: 200 } },
  { name: 'bursts of 30 ms', shape: 'bursts', device: { burstMs: 30, lowShare: 0.3 } },
  { name: 'square wave of 400 ms', shape: 'square', device: { burstMs: 200 } },
  { name: 'square wave in step with the sensor', shape: 'square', device: { burstMs: 50 } },
  { name: 'ramp', shape: 'ramp' },
  { name: 'noise', shape: 'noise' },
  { name: 'slow clock ramps, warming', shape: 'bursts', device: { rampMs: 40, heat } },
  { name: 'near idle', shape: 'noise', device: { loadW: 70 } },
]

export const scenarios: readonly Scenario[] = sensorTypes.flatMap((type, typeIndex) =>
  loads.map((load, loadIndex) => scenarioOf(type, load, 1000 + 100 * typeIndex + loadIndex)),
)

function scenarioOf(type: SensorType, { name, shape, device }: Load, seed: number): Scenario {
  const random = seededRandom(seed)
  const window = { startMs: 4000, endMs: 14_000 + 1000 * random.uniform() }
  const endMs = window.endMs + 4000
  const model = { idleW: 60, loadW: 350, loads: [window], endMs, shape, burstMs: 100, ...device }
  const truth = devicePower(model, random)
  const phaseMs = type.sensor.publishMs * random.uniform()
  const { share, why } = allowance(type, model, window)
  return {
    name: `${type.name}: ${name}`,
    domain: labDomain(type, { id: 'device', truth, phaseMs }),
    window,
    endMs,
    seed,
    allowedShare: pipelineShare + share,
    why: why.length === 0 ? 'nothing but the pipeline' : why.join('; '),
  }
}

/** What the sensor itself takes away from an ideal reading, in shares of the energy, and in words. */
function allowance({ domain, sensor }: SensorType, device: DeviceModel, window: Window) {
  const durationMs = window.endMs - window.startMs
  const { publishMs, windowMs } = sensor
  const why: string[] = []
  let share = 0
  const allow = (part: number, reason: string): void => {
    share += part
    why.push(`${reason}: ${(100 * part).toFixed(2)} %`)
  }
  const seen = (windowMs ?? 0) / publishMs
  if (domain.method === 'power' && seen < 0.9 && device.shape !== 'steady') {
    const [burstMs, swing] = [device.burstMs ?? 100, device.shape === 'noise' ? 0.1 : 0.35]
    // Four standard deviations of a mean over as many independent looks as bursts or periods allow.
    const looks = durationMs / Math.max(publishMs, burstMs)
    const isInStep = device.shape === 'square' && Math.abs(2 * burstMs - publishMs) < 5
    const spread = (4 * swing * (1 - seen)) / Math.sqrt(looks)
    if (isInStep) allow(swing * (1 - seen), 'it looks at the same part of every wave')
    else if (device.shape !== 'ramp') allow(spread, 'it looks at a part of the time')
  }
  if (domain.method === 'power' && (windowMs ?? 0) >= 1000 && publishMs >= 1000) {
    allow((2 * publishMs * 0.25) / durationMs, 'its seconds reach over the ends of the window')
  }
  return { share, why }
}
