import assert from 'node:assert/strict'
import { test } from 'node:test'
import { summarizeEnergy } from '../measure/energy/summarizeEnergy.ts'
import { cleanMachine, injectedFaults, runMachine } from './faults.ts'

const cleanRuns = 1000

test('twenty injected faults are all found, each with its cause, on five machines each', async () => {
  assert.equal(injectedFaults.length, 20)
  const wrong: string[] = []
  for (const { name, cause, domains } of injectedFaults) {
    for (let seed = 0; seed < 5; seed++) {
      const { agreements, warnings } = summarizeEnergy(await runMachine(domains, seed))
      const found = agreements.filter(({ verdict }) => verdict === 'differ')
      const isWarned = warnings.some(({ code }) => code === 'SENSORS_DISAGREE')
      if (found.length > 0 && found.every((each) => each.cause === cause) && isWarned) continue
      wrong.push(
        `${name} (${seed}): ${found.map((each) => String(each.cause)).join() || 'not found'}`,
      )
    }
  }
  assert.deepEqual(wrong, [])
})

test('a thousand clean runs raise no alarm', async () => {
  const alarms: string[] = []
  for (let seed = 0; seed < cleanRuns; seed++) {
    const { agreements } = summarizeEnergy(await runMachine(cleanMachine, seed))
    assert.equal(agreements.length, 2)
    for (const { first, second, firstJ, secondJ, verdict, cause } of agreements) {
      if (verdict !== 'agree')
        alarms.push(`${seed}: ${first} ${firstJ}, ${second} ${secondJ}, ${cause}`)
    }
  }
  assert.deepEqual(alarms, [])
})
