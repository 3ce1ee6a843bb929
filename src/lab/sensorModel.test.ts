import assert from 'node:assert/strict'
import { test } from 'node:test'
import { powerCurve } from './powerCurve.ts'
import { type SensorModel, sensorModel } from './sensorModel.ts'

const steady = powerCurve([{ atMs: 0, powerW: 100 }])
/** 0 W, then 100 W from 1 s on. */
const step = powerCurve([
  { atMs: 0, powerW: 0 },
  { atMs: 1000, powerW: 0 },
  { atMs: 1000, powerW: 100 },
])
const counter = { kind: 'counter', publishMs: 100, phaseMs: 30 } as const
const power = { kind: 'power', publishMs: 100, phaseMs: 0 } as const
const readAt = (model: SensorModel, ...times: number[]): (number | null)[] => {
  const read = sensorModel(model)
  return times.map((atMs) => {
    const value = read(atMs)
    return value === null ? null : Number(value.toFixed(6))
  })
}

test('a counter shows the joules of the last moment at which it published', () => {
  assert.deepEqual(readAt({ ...counter, curve: steady }, 1029, 1030, 1129), [93, 103, 103])
})

test('a counter that looks at a part of its period takes it for the whole', () => {
  const model = { ...counter, phaseMs: 0, windowMs: 25, curve: step }
  assert.deepEqual(readAt(model, 1000, 1100), [0, 10])
  assert.deepEqual(readAt({ ...model, phaseMs: 10 }, 1010), [4])
})

test('a power is a mean over its window, late by its lag, off by gain and offset, in steps', () => {
  assert.deepEqual(readAt({ ...power, windowMs: 1000, curve: step }, 1500, 2000), [50, 100])
  assert.deepEqual(readAt({ ...power, lagMs: 300, curve: step }, 1299, 1300), [0, 100])
  assert.deepEqual(readAt({ ...power, gain: 1.05, offsetW: 2, curve: steady }, 500), [107])
  assert.deepEqual(readAt({ ...power, gain: 1.057, step: 10, curve: steady }, 500), [100])
})

test('a counter wraps, runs backwards, starts again, sticks, reads zero and vanishes', () => {
  const of = (more: Partial<SensorModel>): SensorModel => ({
    ...counter,
    phaseMs: 0,
    curve: steady,
    ...more,
  })
  assert.deepEqual(readAt(of({ wrapsAtJ: 60 }), 500, 700), [50, 10])
  assert.deepEqual(
    readAt(of({ fault: { kind: 'backwards', atMs: 600, dropJ: 20 } }), 500, 700),
    [50, 50],
  )
  assert.deepEqual(readAt(of({ fault: { kind: 'restart', atMs: 600 } }), 500, 700), [50, 10])
  assert.deepEqual(readAt(of({ fault: { kind: 'stuck', fromMs: 600 } }), 500, 900), [50, 60])
  assert.deepEqual(readAt(of({ fault: { kind: 'zero' } }), 900), [0])
  const vanish = { kind: 'vanish', fromMs: 200, toMs: 400 } as const
  assert.deepEqual(readAt(of({ fault: vanish }), 100, 300, 500), [10, null, 50])
})
