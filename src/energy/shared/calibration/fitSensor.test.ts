import assert from 'node:assert/strict'
import { test } from 'node:test'
import { seededRandom } from '../../../core/random.ts'
import { powerCurve } from '../../../lab/powerCurve.ts'
import { type SensorModel, sensorModel } from '../../../lab/sensorModel.ts'
import { fitSensor, type WaveEdge, type WaveReading } from './fitSensor.ts'

interface Case {
  name: string
  kind: 'counter' | 'power'
  sensor: Partial<SensorModel> & { publishMs: number }
  truth: { windowMs: number; lagMs: number; share: number }
}

const cases: readonly Case[] = [
  {
    name: 'a mean of 100 ms (Turing)',
    kind: 'power',
    sensor: { publishMs: 100.3, windowMs: 100 },
    truth: { windowMs: 100, lagMs: 0, share: 1 },
  },
  {
    name: '25 of 100 ms (A100, H100)',
    kind: 'power',
    sensor: { publishMs: 100.3, windowMs: 25, lagMs: 30 },
    truth: { windowMs: 25, lagMs: 30, share: 0.25 },
  },
  {
    name: 'a mean of 1 s every 100 ms (Ampere and newer)',
    kind: 'power',
    sensor: { publishMs: 100.3, windowMs: 1000 },
    truth: { windowMs: 1000, lagMs: 0, share: 1 },
  },
  {
    name: '10 of 20 ms (Volta)',
    kind: 'power',
    sensor: { publishMs: 20.1, windowMs: 10, lagMs: 12 },
    truth: { windowMs: 10, lagMs: 12, share: 0.5 },
  },
  {
    name: 'a counter of 100 ms',
    kind: 'counter',
    sensor: { publishMs: 100.3, step: 0.001 },
    truth: { windowMs: 100.3, lagMs: 0, share: 1 },
  },
  {
    name: 'a counter that sees a quarter of its time',
    kind: 'counter',
    sensor: { publishMs: 100.3, windowMs: 25, step: 0.001 },
    truth: { windowMs: 25, lagMs: 0, share: 0.25 },
  },
  {
    name: 'a late counter of 1 ms that is read as often (RAPL)',
    kind: 'counter',
    sensor: { publishMs: 2.9, lagMs: 8, step: 2 ** -14 },
    truth: { windowMs: 2.9, lagMs: 8, share: 1 },
  },
]

/** What a sensor shows of 48 edges of a noisy load, read every millisecond. */
function wave(one: Case, highW = 300) {
  const random = seededRandom(11)
  const edges: WaveEdge[] = []
  const points = [{ atMs: 0, powerW: 100 }]
  let atMs = 3000
  for (let index = 0; index < 48; index++) {
    const isRise = index % 2 === 0
    const [fromW, toW] = isRise ? [100, highW] : [highW, 100]
    edges.push({ atMs, isRise })
    points.push({ atMs, powerW: fromW }, { atMs, powerW: toW })
    const nextMs = atMs + 1600 * (1 + 0.25 * random.uniform())
    // Power flickers by a percent, as that of every device does.
    for (let inMs = atMs + 7; inMs < nextMs - 7; inMs += 7) {
      points.push({ atMs: inMs, powerW: toW * (1 + 0.01 * random.normal()) })
    }
    points.push({ atMs: nextMs, powerW: toW })
    atMs = nextMs
  }
  const curve = powerCurve(points)
  const read = sensorModel({ kind: one.kind, curve, phaseMs: 37, ...one.sensor })
  const readings: WaveReading[] = []
  for (let readMs = 1000; readMs < atMs; readMs += 1 + 0.2 * random.uniform()) {
    const value = read(readMs)
    readings.push({
      atMs: readMs,
      joules: one.kind === 'counter' ? value : null,
      watts: one.kind === 'power' ? value : null,
    })
  }
  return fitSensor(readings, edges, one.kind)
}

for (const one of cases) {
  test(`period, window and lag are found of ${one.name}`, () => {
    const result = wave(one)
    assert.ok(result.ok, JSON.stringify(result))
    const { updatePeriodMs, averagingWindowMs, lagMs, observedShare } = result.fit
    const { windowMs, lagMs: trueLagMs, share } = one.truth
    const words = JSON.stringify(result.fit)
    assert.ok(Math.abs(updatePeriodMs / one.sensor.publishMs - 1) < 0.02, words)
    assert.ok(Math.abs(averagingWindowMs - windowMs) < Math.max(6, 0.05 * windowMs), words)
    assert.ok(Math.abs(lagMs - trueLagMs) < 6, words)
    assert.ok(Math.abs(observedShare - share) < Math.max(0.06, 6 / one.sensor.publishMs), words)
  })
}

test('a load that the sensor does not show is told, not fitted', () => {
  const [first] = cases
  assert.ok(first !== undefined)
  assert.deepEqual(wave(first, 100.5), {
    ok: false,
    reason: 'the load does not stand out from its noise',
  })
})

test('a sensor that does not move is told', () => {
  const edges = [{ atMs: 10, isRise: true }]
  const readings = [1, 2, 3].map((atMs) => ({ atMs, joules: null, watts: 50 }))
  assert.deepEqual(fitSensor(readings, edges, 'power'), {
    ok: false,
    reason: 'it changed too rarely',
  })
})
