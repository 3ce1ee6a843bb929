import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { EnergyDomain } from '../../core/energyDomain.ts'
import { livePower } from './livePower.ts'

const domain = (parts: Partial<EnergyDomain>): EnergyDomain => ({
  id: 'cpu0',
  source: 'test',
  scope: 'package',
  method: 'counter',
  isSynthetic: false,
  deviceId: null,
  contains: [],
  updatePeriodMs: null,
  wrapsAtJ: null,
  gainUncertainty: 0,
  ...parts,
})
const reading = (id: string, atMs: number, joules: number | null, watts: number | null = null) => ({
  domain: id,
  atMs,
  joules,
  watts,
})

test('counters and power fields add up, and what is contained counts once', () => {
  const domains = [
    domain({ id: 'cpu0', contains: ['cores0'] }),
    domain({ id: 'cores0', scope: 'core' }),
    domain({ id: 'gpu0', scope: 'board', method: 'power' }),
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
  const domains = [domain({ id: 'cpu0' }), domain({ id: 'dram0', scope: 'dram' })]
  const readings = [reading('cpu0', 0, 10), reading('cpu0', 500, 5), reading('dram0', 0, null)]
  assert.equal(livePower(domains, readings)?.watts, null)
})

test('an estimated part makes an estimate, and no domain makes nothing', () => {
  const estimate = domain({ method: 'estimate' })
  const readings = [reading('cpu0', 0, 0), reading('cpu0', 1000, 8)]
  assert.deepEqual(livePower([estimate], readings), { watts: 8, isEstimate: true })
  assert.equal(livePower([], []), null)
})
