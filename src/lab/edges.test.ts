import assert from 'node:assert/strict'
import { test } from 'node:test'
import { seededRandom } from '../core/random.ts'
import { summarizeEnergy } from '../measure/energy/summarizeEnergy.ts'
import { standardDeviation } from '../stats/descriptive.ts'
import { devicePower } from './devicePower.ts'
import { runLab } from './runLab.ts'
import { labDomain, sensorTypes } from './sensorTypes.ts'

test('seeing the edges of a 100 ms counter lowers the spread of 1-second windows at least ten times', async () => {
  const type = sensorTypes.find(({ name }) => name === 'board counter, 100 ms, exact gain')
  assert.ok(type !== undefined)
  const plainErrors: number[] = []
  const alignedErrors: number[] = []
  for (let seed = 0; seed < 200; seed++) {
    const random = seededRandom(seed)
    const startMs = 2000 + 100 * random.uniform()
    const window = { startMs, endMs: startMs + 1000 }
    const load = { idleW: 60, loadW: 400, loads: [window], endMs: 6000 }
    const truth = devicePower({ ...load, shape: 'steady' }, random)
    const domain = labDomain(type, { id: 'gpu0', truth, phaseMs: 100 * random.uniform() })
    const truthJ = truth.energyJ(window.endMs) - truth.energyJ(window.startMs)
    const errorOf = async (isAligned: boolean): Promise<number> => {
      const run = { domains: [domain], window, startMs: 500, endMs: 5000, seed, isAligned }
      const [energy] = summarizeEnergy(await runLab(run)).domains
      assert.ok(energy?.energyJ != null && (energy.alignedEnergyJ !== null) === isAligned)
      return (energy.energyJ - truthJ) / truthJ
    }
    plainErrors.push(await errorOf(false))
    alignedErrors.push(await errorOf(true))
  }
  const ratio = (standardDeviation(plainErrors) ?? 0) / (standardDeviation(alignedErrors) ?? 1)
  assert.ok(ratio >= 10, `${ratio}`)
})
