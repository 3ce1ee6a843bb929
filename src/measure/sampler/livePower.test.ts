import assert from 'node:assert/strict'
import { test } from 'node:test'
import { energyDomain } from '../../testing/powerTrace.ts'
import { livePower } from './livePower.ts'

const reading = (id: string, atMs: number, joules: number | null, watts: number | null = null) => ({
  domain: id,
  atMs,
  joules,
  watts,
})

test('counters and power fields add up, and what is contained counts once', () => {
  const domains = [
    energyDomain({ id: 'cpu0', contains: ['cores0'] }),
    energyDomain({ id: 'cores0', scope: 'core' }),
    energyDomain({ id: 'gpu0', scope: 'board', method: 'power' }),
  ]
  const readings = [
    reading('cpu0', 0, 10),
    reading('cores0', 0, 5),
    reading('gpu0', 0, null, 90),
    reading('cpu0', 500, 25),
    reading('cores0', 500, 15),
    reading('gpu0', 500, null, 110),
  ]
  assert.deepEqual(livePower(domains, readings), { watts: 130, isEstimate: false })
})

test('one unknown part makes the power unknown, and so does a counter that fell', () => {
  const domains = [energyDomain({ id: 'cpu0' }), energyDomain({ id: 'dram0', scope: 'dram' })]
  const readings = [reading('cpu0', 0, 10), reading('cpu0', 500, 5), reading('dram0', 0, null)]
  assert.equal(livePower(domains, readings)?.watts, null)
})

test('an estimated part makes an estimate, and no domain makes nothing', () => {
  const estimate = energyDomain({ id: 'cpu0', method: 'estimate' })
  const readings = [reading('cpu0', 0, 0), reading('cpu0', 1000, 8)]
  assert.deepEqual(livePower([estimate], readings), { watts: 8, isEstimate: true })
  assert.equal(livePower([], []), null)
})
