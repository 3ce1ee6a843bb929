import assert from 'node:assert/strict'
import { test } from 'node:test'
import { runScenario } from './runScenario.ts'
import { scenarios } from './scenarios.ts'

test('a hundred scenarios: what is measured is the truth to 0.5 % and what the sensor itself takes', async () => {
  assert.equal(scenarios.length, 100)
  assert.equal(new Set(scenarios.map(({ name }) => name)).size, 100)
  const beyond: string[] = []
  for (const scenario of scenarios) {
    const { error, isWithinAllowed, warningCodes } = await runScenario(scenario)
    if (isWithinAllowed && warningCodes.length === 0) continue
    const found = error === null ? 'unknown' : `${(100 * error).toFixed(3)} %`
    beyond.push(`${scenario.name}: ${found}, ${scenario.why}, ${warningCodes.join()}`)
  }
  assert.deepEqual(beyond, [])
})

test('a sensor that sees everything is allowed nothing but the pipeline', () => {
  const names = scenarios
    .filter(({ allowedShare }) => allowedShare > 0.005)
    .map(({ name }) => name.split(':')[0])
  assert.deepEqual(
    [...new Set(names)],
    ['power, 25 of 100 ms (A100, H100)', 'power, 10 of 20 ms (Pascal, Volta)', 'wall meter, 1 s'],
  )
})
