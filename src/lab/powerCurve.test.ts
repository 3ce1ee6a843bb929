import assert from 'node:assert/strict'
import { test } from 'node:test'
import { seededRandom } from '../core/random.ts'
import { devicePower } from './devicePower.ts'
import { powerCurve, sumOfCurves } from './powerCurve.ts'

test('100 W for 10 s are 1000 J, before, between and after the points', () => {
  const curve = powerCurve([
    { atMs: 1000, powerW: 100 },
    { atMs: 3000, powerW: 100 },
  ])
  assert.equal(curve.energyJ(10_000) - curve.energyJ(0), 1000)
})

test('a ramp is a triangle and a step is a step', () => {
  const curve = powerCurve([
    { atMs: 0, powerW: 0 },
    { atMs: 1000, powerW: 100 },
    { atMs: 1000, powerW: 20 },
  ])
  assert.equal(curve.energyJ(1000), 50)
  assert.equal(curve.energyJ(2000), 70)
  assert.equal(curve.powerW(500), 50)
  assert.equal(curve.powerW(1000), 20)
})

test('a sum of curves adds shares and a constant', () => {
  const one = powerCurve([{ atMs: 0, powerW: 100 }])
  const sum = sumOfCurves([{ curve: one }, { curve: one, share: 0.5 }], 10)
  assert.equal(sum.powerW(5), 160)
  assert.equal(sum.energyJ(1000), 160)
})

test('a device that warms leaks more, towards a limit that its heat gives', () => {
  const loads = [{ startMs: 1000, endMs: 61_000 }]
  const heat = { kelvinPerW: 0.1, timeConstantMs: 3000, leakagePerKelvin: 0.005 }
  const device = { idleW: 50, loadW: 250, loads, endMs: 70_000, shape: 'steady' } as const
  const curve = devicePower({ ...device, heat }, seededRandom(1))
  assert.ok(Math.abs(curve.powerW(1001) - 250) < 0.1)
  // 200 W more over 0.1 K/W are 20 K, at 0.5 % per kelvin 10 %.
  assert.ok(Math.abs(curve.powerW(60_900) - 275) < 0.1)
})
