import assert from 'node:assert/strict'
import { test } from 'node:test'
import { virtualClock } from '../testing/virtualClock.ts'
import type { EnergyReading } from './energySource.ts'
import { source } from './simulated.ts'

/** Readings of the first device at each time since opening, in milliseconds. */
async function readAt(timesMs: readonly number[], written: object): Promise<EnergyReading[]> {
  const clock = virtualClock(0)
  await using meter = await source.open(source.options.parse(written), {
    clock,
    env: {},
    root: '/',
  })
  return timesMs.map((atMs) => {
    clock.advance(atMs - clock.nowMs())
    const [reading] = meter.read()
    assert.ok(reading !== undefined)
    return reading
  })
}
const joulesAt = async (timesMs: readonly number[], written: object) =>
  (await readAt(timesMs, written)).map(({ joules }) => joules)

test('a constant 100 W over 10 s is 1000 J', async () => {
  assert.deepEqual(await readAt([0, 10_000], { watts: 100 }), [
    { domain: 'gpu0', atMs: 0, joules: 0, watts: 100 },
    { domain: 'gpu0', atMs: 10_000, joules: 1000, watts: 100 },
  ])
})

test('power follows the load window and the counter integrates it', async () => {
  const written = {
    idle_watts: 50,
    load_watts: 300,
    load_from_seconds: 10,
    load_until_seconds: 20,
  }
  assert.deepEqual(
    (await readAt([9900, 10_000, 20_000, 30_000], written)).map(({ joules, watts }) => [
      joules,
      watts,
    ]),
    [
      [495, 50],
      [500, 300],
      [3500, 50],
      [4000, 50],
    ],
  )
})

test('nothing changes between two publications', async () => {
  const joules = await joulesAt([100, 150, 199, 200], { watts: 100, publish_period_ms: 100 })
  assert.deepEqual(joules, [10, 10, 10, 20])
})

test('noise is the same for the same seed, however often it is read, and the counter never falls', async () => {
  const written = { watts: 100, noise_watts: 200, seed: 7 }
  const often = await joulesAt(
    Array.from({ length: 101 }, (_, i) => i * 100),
    written,
  )
  const [once] = await joulesAt([10_000], written)
  assert.equal(often.at(-1), once)
  assert.notEqual(once, 1000)
  assert.ok(often.every((joules, i) => i === 0 || (joules ?? -1) >= (often[i - 1] ?? 0)))
  assert.notEqual((await joulesAt([10_000], { ...written, seed: 8 }))[0], once)
})

test('noise does not change the mean power', async () => {
  const [joules] = await joulesAt([1_000_000], { watts: 100, noise_watts: 10 })
  // 10 000 periods: the standard error of the mean is 0.1 W, five of them are 0.5 W.
  assert.ok(Math.abs((joules ?? 0) / 1000 - 100) < 0.5)
})

test('a sensor that reads zero reads zero watts and zero joules', async () => {
  const [reading] = await readAt([5000], { faults: { zero: true } })
  assert.deepEqual([reading?.joules, reading?.watts], [0, 0])
})

test('a stuck sensor repeats its last reading', async () => {
  const joules = await joulesAt([1000, 2000, 3000], { faults: { stuck_after_seconds: 2 } })
  assert.deepEqual(joules, [100, 200, 200])
})

test('a counter that runs backwards starts again from zero', async () => {
  const joules = await joulesAt([1900, 2000, 3000], { faults: { backwards_at_seconds: 2 } })
  assert.deepEqual(joules, [190, 0, 100])
})

test('a vanished sensor reads null', async () => {
  const [before, after] = await readAt([1900, 2000], { faults: { vanish_at_seconds: 2 } })
  assert.equal(before?.joules, 190)
  assert.deepEqual([after?.joules, after?.watts], [null, null])
})

test('a counter wraps where its domain says', async () => {
  const written = { faults: { wraps_at_joules: 150 } }
  assert.deepEqual(await joulesAt([1000, 2000, 3000, 4000], written), [100, 50, 0, 100])
  await using meter = await source.open(source.options.parse(written), {
    clock: virtualClock(),
    env: {},
    root: '/',
  })
  assert.equal(meter.domains[0]?.wrapsAtJ, 150)
})

test('each listed device has its own power, method and faults', async () => {
  const clock = virtualClock(0)
  const written = {
    devices: [
      { id: 'gpu0' },
      { id: 'psys', scope: 'system', contains: ['cpu0'], watts: 40 },
      { id: 'cpu0', scope: 'package', method: 'power', watts: 30 },
      { id: 'dram0', scope: 'dram', watts: 5, faults: { vanish_at_seconds: 0 } },
    ],
  }
  await using meter = await source.open(source.options.parse(written), {
    clock,
    env: {},
    root: '/',
  })
  clock.advance(1000)
  assert.deepEqual(
    meter.read().map(({ domain, joules, watts }) => [domain, joules, watts]),
    [
      ['gpu0', 100, 100],
      ['psys', 40, 40],
      ['cpu0', null, 30],
      ['dram0', null, null],
    ],
  )
  assert.deepEqual(
    meter.domains.map(({ scope, contains }) => [scope, contains]),
    [
      ['board', []],
      ['system', ['cpu0']],
      ['package', []],
      ['dram', []],
    ],
  )
})
