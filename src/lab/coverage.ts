/** How often the stated 95 % interval holds the truth: many windows of one type of sensor, each on a board of its own. */

import { seededRandom } from '../core/random.ts'
import { summarizeEnergy } from '../measure/energy/summarizeEnergy.ts'
import { devicePower } from './devicePower.ts'
import { runLab } from './runLab.ts'
import { labDomain, type SensorType } from './sensorTypes.ts'

export interface Coverage {
  name: string
  windows: number
  /** Part of the windows whose interval holds the truth. */
  share: number
  /** Mean of the error, as a share of the truth. */
  meanError: number
  /** Root mean square of the error, as a share of the truth. */
  rmsError: number
  /** Mean half-width of the interval, as a share of the truth. */
  halfWidth: number
}

/**
 * Gain, phase, load, its bursts and the length of the window are drawn anew each time. Gain is normal with the spread that
 * the domain states, as on the boards of Yang et al.
 */
export async function coverage(type: SensorType, windows: number, seed: number): Promise<Coverage> {
  let covered = 0
  let errors = 0
  let squares = 0
  let widths = 0
  for (let index = 0; index < windows; index++) {
    const { error, halfWidth } = await drawWindow(type, seed + index)
    covered += Math.abs(error) <= halfWidth ? 1 : 0
    errors += error
    squares += error ** 2
    widths += halfWidth
  }
  return {
    name: type.name,
    windows,
    share: covered / windows,
    meanError: errors / windows,
    rmsError: Math.sqrt(squares / windows),
    halfWidth: widths / windows,
  }
}

async function drawWindow(type: SensorType, seed: number) {
  const random = seededRandom(seed)
  const idleW = 20 + 80 * random.uniform()
  const window = { startMs: 3000, endMs: 3000 + 5000 + 5000 * random.uniform() }
  const truth = devicePower(
    {
      idleW,
      loadW: idleW * (2 + 6 * random.uniform()),
      loads: [window],
      endMs: window.endMs + 4000,
      shape: random.uniform() < 0.5 ? 'bursts' : 'noise',
      burstMs: 20 + 180 * random.uniform(),
    },
    random,
  )
  const domain = labDomain(type, {
    id: 'device',
    truth,
    phaseMs: type.sensor.publishMs * random.uniform(),
    gain: 1 + type.domain.gainUncertainty * random.normal(),
  })
  const run = { domains: [domain], window, startMs: 1000, endMs: window.endMs + 3000, seed }
  const { domains } = summarizeEnergy(await runLab(run))
  const truthJ = truth.energyJ(window.endMs) - truth.energyJ(window.startMs)
  const [{ energyJ = null, uncertaintyJ = null } = {}] = domains
  if (energyJ === null || uncertaintyJ === null) throw new RangeError(`${type.name} is unknown`)
  return { error: (energyJ - truthJ) / truthJ, halfWidth: uncertaintyJ / truthJ }
}
