import assert from 'node:assert/strict'
import { test } from 'node:test'
import { coverage } from './coverage.ts'
import { sensorTypes } from './sensorTypes.ts'

/** `npm run bench lab` draws 10 000 windows; here they are few, so that the tests stay quick. */
const windows = 100

test('the 95 % interval holds the truth in 93 to 97 % of the windows, over all types of sensor', async () => {
  let covered = 0
  for (const type of sensorTypes) {
    const { share } = await coverage(type, windows, 1)
    covered += share * windows
    // Four standard deviations of a binomial of 100 at 95 %.
    assert.ok(share >= 0.86, `${type.name}: ${share}`)
  }
  const share = covered / (windows * sensorTypes.length)
  assert.ok(share >= 0.93 && share <= 0.97, `${share}`)
})
