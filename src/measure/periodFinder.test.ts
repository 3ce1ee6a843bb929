import assert from 'node:assert/strict'
import { test } from 'node:test'
import { seededRandom } from '../core/random.ts'
import { energyDomain } from '../testing/powerTrace.ts'
import { periodFinder } from './periodFinder.ts'
import { withFoundPeriod } from './withFoundPeriod.ts'

/** A counter that publishes every `periodMs`, read every `everyMs` from 0 to `endMs`, a little late each time. */
function counterReadings(periodMs: number, everyMs: number, endMs = 10_000) {
  const random = seededRandom(3)
  return Array.from({ length: endMs / everyMs }, (_, index) => {
    const atMs = index * everyMs + 0.3 * random.uniform()
    return { domain: 'gpu0', atMs, joules: Math.floor((atMs + 17) / periodMs), watts: null }
  })
}

function foundIn(readings: ReturnType<typeof counterReadings>): number | null {
  const finder = periodFinder('counter')
  for (const { atMs, joules } of readings) finder.add(atMs, joules)
  return finder.periodMs()
}

for (const [periodMs, everyMs] of [
  [100.3, 50],
  [106, 50],
  [1000, 50],
  [20.1, 1],
  [500, 100],
] as const) {
  test(`a sensor of ${periodMs} ms that is read every ${everyMs} ms is found out to 1 %`, () => {
    const found = foundIn(counterReadings(periodMs, everyMs, 40 * periodMs + 1000))
    assert.ok(found !== null && Math.abs(found / periodMs - 1) < 0.01, `${found}`)
  })
}

test('a sensor that changes with every reading may change more often: nothing is found', () => {
  assert.equal(foundIn(counterReadings(1, 1)), null)
  assert.equal(foundIn(counterReadings(20, 50)), null)
})

test('polls around a window tell what the usual readings are too rare for', () => {
  const usual = counterReadings(20.1, 50, 5000)
  const polls = counterReadings(20.1, 1, 400).map((one) => ({
    ...one,
    atMs: one.atMs + 5000,
    joules: Math.floor((one.atMs + 5017) / 20.1),
  }))
  const found = foundIn([...usual, ...polls])
  assert.ok(found !== null && Math.abs(found - 20.1) < 0.5, `${found}`)
})

test('a domain takes the period it shows where its source is wrong or silent, and keeps one that is right', () => {
  const readings = counterReadings(100.3, 50)
  const stated = energyDomain({ updatePeriodMs: 100 })
  assert.equal(withFoundPeriod(stated, readings), stated)
  for (const updatePeriodMs of [null, 20, 1000]) {
    const found = withFoundPeriod(energyDomain({ updatePeriodMs }), readings)
    assert.ok(Math.abs((found.updatePeriodMs ?? 0) - 100.3) < 1)
    assert.equal(found.isPeriodFound, true)
  }
})

test('watts that hardly move are not taken for a slower sensor', () => {
  const readings = counterReadings(1000, 50).map(({ joules, ...one }) => ({
    ...one,
    joules: null,
    watts: joules,
  }))
  const domain = energyDomain({ method: 'power', updatePeriodMs: 100 })
  assert.equal(withFoundPeriod(domain, readings), domain)
})
