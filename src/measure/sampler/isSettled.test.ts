import assert from 'node:assert/strict'
import { test } from 'node:test'
import { counterTrace, energyDomain, losing, powerTrace } from '../../testing/powerTrace.ts'
import { isSettled } from './isSettled.ts'

const every10 = { powerW: 100, everyMs: 10, publishMs: 100 }
const counter = energyDomain()
const power = energyDomain({ method: 'power', updatePeriodMs: 100 })

test('a counter is settled by the first change at the moment or after it', () => {
  assert.equal(isSettled(counter, counterTrace({ ...every10, endMs: 290 }), 250), false)
  assert.equal(isSettled(counter, counterTrace({ ...every10, endMs: 300 }), 250), true)
  assert.equal(isSettled(counter, counterTrace({ ...every10, endMs: 300 }), 300), true)
})

test('a counter that was not read before the moment needs a change after it', () => {
  const late = counterTrace({ ...every10, endMs: 400 }).filter(({ atMs }) => atMs >= 310)
  assert.equal(isSettled(counter, late.slice(0, -1), 300), false)
  assert.equal(isSettled(counter, late, 300), true)
})

test('power is settled by a reading one publish period later', () => {
  assert.equal(isSettled(power, powerTrace({ ...every10, endMs: 340 }), 250), false)
  assert.equal(isSettled(power, powerTrace({ ...every10, endMs: 350 }), 250), true)
})

test('a reading without a value settles nothing, nor does one of another domain', () => {
  const lost = losing(powerTrace({ ...every10, endMs: 500 }), () => true)
  const other = powerTrace({ ...every10, endMs: 500, domain: 'gpu1' })
  assert.equal(isSettled(power, [...lost, ...other], 250), false)
})
