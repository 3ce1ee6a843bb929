import assert from 'node:assert/strict'
import { test } from 'node:test'
import { energyDomain } from '../../testing/powerTrace.ts'
import { planQuiet } from './quietTimes.ts'

const power = { method: 'power', updatePeriodMs: 100 } as const
const near = (value: number, expected: number): void =>
  assert.ok(Math.abs(value - expected) < 1e-9, `${value}`)

test('counters are polled for three periods and a bit on each side', () => {
  const { quietMs, burstMs } = planQuiet([
    energyDomain({ updatePeriodMs: 100 }),
    energyDomain({ updatePeriodMs: 1 }),
  ])
  near(burstMs, 330)
  near(quietMs, 330)
})

test('a fast counter has time to show its power', () => {
  assert.equal(planQuiet([energyDomain({ updatePeriodMs: 1 })]).burstMs, 50)
})

test('power that averages needs its smear on both sides, and nothing is polled for it', () => {
  assert.deepEqual(planQuiet([energyDomain({ ...power, averagingWindowMs: 1000 })]), {
    quietMs: 1300,
    burstMs: 0,
  })
})

test('nobody waits for a slow sensor, an estimate, or one that says nothing of itself', () => {
  const nothing = { quietMs: 0, burstMs: 0 }
  assert.deepEqual(planQuiet([energyDomain({ updatePeriodMs: 1000 })]), nothing)
  assert.deepEqual(planQuiet([energyDomain({ method: 'estimate', updatePeriodMs: 100 })]), nothing)
  assert.deepEqual(planQuiet([energyDomain(), energyDomain(power)]), nothing)
  const wall = { method: 'power', updatePeriodMs: 1000, averagingWindowMs: 1000 } as const
  assert.deepEqual(planQuiet([energyDomain(wall)]), nothing)
})
