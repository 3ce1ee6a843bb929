import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { EnergyDomain } from '../../core/energyDomain.ts'
import type { EnergyReading } from '../../energy/energySource.ts'
import type { Window } from '../../store/resultFile.ts'
import { counterTrace, energyDomain, losing, powerTrace } from '../../testing/powerTrace.ts'
import { domainSeries } from './domainSeries.ts'
import { type WindowEnergy, windowEnergy } from './windowEnergy.ts'

const tenSeconds = { startMs: 1000, endMs: 11_000 }
const trace = { powerW: 100, endMs: 12_000, everyMs: 50 }
const power = { method: 'power' } as const

function energyOf(
  readings: readonly EnergyReading[],
  facts: Partial<EnergyDomain> = {},
  window = tenSeconds,
): WindowEnergy {
  const [series] = domainSeries([energyDomain(facts)], readings)
  assert.ok(series !== undefined)
  return windowEnergy(series, window)
}

function knownJ(found: WindowEnergy): number {
  assert.ok(found.status === 'known', 'warning' in found ? found.warning.message : '')
  return found.energyJ
}

function codeOf(found: WindowEnergy): string | null {
  return found.status === 'unknown' ? found.warning.code : null
}

test('a counter at a constant 100 W gains 1000 J in 10 s', () => {
  assert.equal(knownJ(energyOf(counterTrace(trace))), 1000)
})

test('a power sensor at a constant 100 W integrates to 1000 J in 10 s', () => {
  assert.equal(knownJ(energyOf(powerTrace(trace), power)), 1000)
})

test('a window that starts and ends between two readings gets its share of both', () => {
  const window = { startMs: 1013, endMs: 3030 }
  const expectedJ = 201.7
  assert.ok(Math.abs(knownJ(energyOf(counterTrace(trace), {}, window)) - expectedJ) < 1e-9)
  assert.ok(Math.abs(knownJ(energyOf(powerTrace(trace), power, window)) - expectedJ) < 1e-9)
})

test('a counter that publishes every 100 ms is read off between its changes, not between readings', () => {
  const readings = counterTrace({ ...trace, everyMs: 10, publishMs: 100, phaseMs: 30 })
  const window = { startMs: 1090, endMs: 11_040 }
  assert.ok(Math.abs(knownJ(energyOf(readings, {}, window)) - 995) < 1e-9)
})

test('a ramp of power integrates to its triangle', () => {
  const ramp = powerTrace({ ...trace, powerW: (atMs) => atMs / 100 })
  const [series] = domainSeries(
    [energyDomain(power)],
    ramp.map((r) => ({ ...r, watts: r.atMs / 100 })),
  )
  assert.ok(series !== undefined)
  assert.ok(Math.abs(knownJ(windowEnergy(series, { startMs: 0, endMs: 10_000 })) - 500) < 1e-9)
})

/** What a sensor shows that publishes the mean of the last second, once a second. */
const smeared = { ...power, updatePeriodMs: 1000, averagingWindowMs: 1000 } as const
const smearedTrace = (phaseMs: number, load: Window): EnergyReading[] => {
  const loadMs = (atMs: number): number => Math.min(Math.max(atMs, load.startMs), load.endMs)
  const meanW = (atMs: number): number => 20 + 80 * ((loadMs(atMs) - loadMs(atMs - 1000)) / 1000)
  // The trace asks for the middle of a period and shows it from its end.
  const powerW = (atMs: number): number => meanW(atMs + 500)
  return powerTrace({ powerW, endMs: 17_000, everyMs: 50, publishMs: 1000, phaseMs })
}

test('what a slow sensor shows of the load outside the window is added to it', () => {
  const load = { startMs: 3000, endMs: 12_700 }
  const errorsJ = Array.from(
    { length: 20 },
    (_, index) => knownJ(energyOf(smearedTrace(50 * index, load), smeared, load)) - 970,
  )
  const meanJ = errorsJ.reduce((a, b) => a + b) / errorsJ.length
  assert.ok(Math.abs(meanJ) < 3, `${meanJ} J`)
  const rmsJ = Math.sqrt(errorsJ.reduce((sum, errorJ) => sum + errorJ ** 2, 0) / errorsJ.length)
  const stated = energyOf(smearedTrace(0, load), smeared, load)
  assert.ok(stated.status === 'known' && rmsJ < stated.boundaryJ, `${rmsJ} J`)
})

test('a window shorter than a slow sensor averages over says how little it knows', () => {
  for (const lengthMs of [600, 800, 1200, 2000, 2800]) {
    const load = { startMs: 3000, endMs: 3000 + lengthMs }
    const truthJ = lengthMs / 10
    for (let phaseMs = 0; phaseMs < 1000; phaseMs += 100) {
      const found = energyOf(smearedTrace(phaseMs, load), smeared, load)
      assert.ok(found.status === 'known')
      const errorJ = Math.abs(found.energyJ - truthJ)
      assert.ok(errorJ < 2.4 * found.boundaryJ, `${lengthMs} ms at ${phaseMs} ms: ${errorJ} J`)
    }
  }
})

test('a window cut in two under a slow sensor adds up, on the step too', () => {
  const readings = smearedTrace(300, { startMs: 3000, endMs: 13_000 })
  for (const cutMs of [2500, 3000, 3400, 8000, 13_000, 13_700]) {
    const parts = [
      { startMs: 2200, endMs: cutMs },
      { startMs: cutMs, endMs: 14_000 },
    ].map((window) => knownJ(energyOf(readings, smeared, window)))
    const whole = knownJ(energyOf(readings, smeared, { startMs: 2200, endMs: 14_000 }))
    assert.ok(Math.abs(parts.reduce((a, b) => a + b) - whole) < 1e-6, `cut at ${cutMs} ms`)
  }
})

test('a counter that wraps in the window loses nothing', () => {
  const readings = counterTrace({ ...trace, wrapsAtJ: 300 })
  assert.ok(Math.abs(knownJ(energyOf(readings, { wrapsAtJ: 300 })) - 1000) < 1e-9)
})

test('a domain that has both a counter and watts is measured by its counter', () => {
  const readings = counterTrace(trace).map((reading) => ({ ...reading, watts: 140 }))
  const found = energyOf(readings)
  assert.equal(knownJ(found), 1000)
  assert.equal(found.status === 'known' && found.maxPowerW, 140)
})

test('the highest power of a counter without watts is its steepest rise', () => {
  const burst = (atMs: number): number => (atMs > 5000 && atMs < 7000 ? 300 : 100)
  const found = energyOf(counterTrace({ ...trace, powerW: burst }), { updatePeriodMs: 50 })
  assert.ok(found.status === 'known' && Math.abs((found.maxPowerW ?? 0) - 300) < 1e-9)
})

test('reads of a value that did not change are not counted', () => {
  const found = energyOf(counterTrace({ ...trace, everyMs: 10, publishMs: 100 }))
  assert.equal(found.status === 'known' && found.readCount, 100)
})

test('a steady power counts one reading per period of its sensor', () => {
  const found = energyOf(powerTrace({ ...trace, everyMs: 10 }), { ...power, updatePeriodMs: 100 })
  assert.equal(found.status === 'known' && found.readCount, 100)
})

test('an estimate is read from whichever of joules and watts it gives', () => {
  const estimate = { method: 'estimate' } as const
  assert.equal(knownJ(energyOf(counterTrace(trace), estimate)), 1000)
  assert.equal(knownJ(energyOf(powerTrace(trace), estimate)), 1000)
})

test('a counter that never changes is stuck', () => {
  assert.equal(codeOf(energyOf(counterTrace({ ...trace, powerW: 0 }))), 'COUNTER_STUCK')
})

test('a counter that stops in the window and never moves again is stuck', () => {
  const readings = counterTrace({ ...trace, powerW: (atMs) => (atMs < 6000 ? 100 : 0) })
  const found = energyOf(readings)
  assert.equal(codeOf(found), 'COUNTER_STUCK')
  assert.equal(found.status === 'unknown' && found.warning.data['windowMs'], 5000)
})

test('a window shorter than the period of its counter is not a stuck counter', () => {
  const readings = counterTrace({ ...trace, everyMs: 50, publishMs: 1000 })
  const found = energyOf(readings, { updatePeriodMs: 1000 }, { startMs: 3100, endMs: 3300 })
  assert.ok(Math.abs(knownJ(found) - 20) < 1e-9)
})

test('a counter that restarts from zero in the window ran backwards', () => {
  const readings = counterTrace({ ...trace, wrapsAtJ: 700 })
  const found = energyOf(readings)
  assert.equal(codeOf(found), 'COUNTER_BACKWARDS')
  assert.equal(found.status === 'unknown' && found.warning.data['dropJ'], 695)
})

test('a counter that restarts outside the window is known in it', () => {
  const readings = counterTrace({ ...trace, wrapsAtJ: 60 }).map((reading) =>
    reading.atMs < 700 ? reading : { ...reading, joules: reading.atMs / 10 - 60 },
  )
  assert.ok(Math.abs(knownJ(energyOf(readings)) - 1000) < 1e-9)
})

test('watts that are zero throughout are unknown, not zero joules', () => {
  assert.equal(codeOf(energyOf(powerTrace({ ...trace, powerW: 0 }), power)), 'SENSOR_ZERO')
})

for (const [name, readings, facts] of [
  ['counter', counterTrace(trace), {}],
  ['power', powerTrace(trace), power],
] as const) {
  test(`a ${name} that goes silent before the end of the window has vanished`, () => {
    const found = energyOf(
      losing(readings, (atMs) => atMs >= 6000),
      facts,
    )
    assert.equal(codeOf(found), 'SENSOR_VANISHED')
    assert.deepEqual(found.status === 'unknown' && found.warning.data, {
      domain: 'gpu0',
      readCount: 99,
      missingCount: 101,
    })
  })

  test(`a ${name} that goes silent after the window is known in it`, () => {
    assert.equal(
      knownJ(
        energyOf(
          losing(readings, (atMs) => atMs > 11_000),
          facts,
        ),
      ),
      1000,
    )
  })

  test(`a ${name} that misses a few readings in the middle is known`, () => {
    const found = energyOf(
      losing(readings, (atMs) => atMs > 5000 && atMs < 5400),
      facts,
    )
    assert.ok(Math.abs(knownJ(found) - 1000) < 1e-9)
  })

  test(`a ${name} that never answered is unknown`, () => {
    assert.equal(
      codeOf(
        energyOf(
          losing(readings, () => true),
          facts,
        ),
      ),
      'ENERGY_UNKNOWN',
    )
    assert.equal(codeOf(energyOf([], facts)), 'ENERGY_UNKNOWN')
  })

  test(`a ${name} that was read only in a part of the window is unknown`, () => {
    const late = readings.filter(({ atMs }) => atMs > 3000)
    const early = readings.filter(({ atMs }) => atMs < 9000)
    assert.match(
      causeOf(energyOf(late, facts)),
      /first reading came 2\.\d s after the window began/,
    )
    assert.match(
      causeOf(energyOf(early, facts)),
      /last reading came 2\.\d s before the window ended/,
    )
  })

  test(`windows of a ${name} that meet add up, wherever they are cut`, () => {
    const eighthsMs = (minMs: number, maxMs: number) =>
      fc.integer({ min: minMs * 8, max: maxMs * 8 }).map((eighths) => eighths / 8)
    const times = fc.tuple(eighthsMs(0, 4000), eighthsMs(200, 4000), eighthsMs(200, 4000))
    fc.assert(
      fc.property(times, fc.infiniteStream(fc.nat(500)), ([startMs, firstMs, secondMs], watts) => {
        const noisy = varying(readings, watts)
        const [cutMs, endMs] = [startMs + firstMs, startMs + firstMs + secondMs]
        const whole = energyOf(noisy, facts, { startMs, endMs })
        const parts = [
          energyOf(noisy, facts, { startMs, endMs: cutMs }),
          energyOf(noisy, facts, { startMs: cutMs, endMs }),
        ]
        assert.ok(Math.abs(parts.map(knownJ).reduce((a, b) => a + b) - knownJ(whole)) < 1e-6)
      }),
    )
  })
}

function causeOf(found: WindowEnergy): string {
  return found.status === 'unknown' ? found.warning.message : 'known'
}

/** The same stamps with powers from 1 W up, one per reading. */
function varying(readings: readonly EnergyReading[], watts: Iterable<number>): EnergyReading[] {
  const source = watts[Symbol.iterator]()
  let energyJ = 0
  return readings.map((reading) => {
    const powerW = 1 + Number(source.next().value)
    energyJ += powerW * 0.05
    return reading.joules === null ? { ...reading, watts: powerW } : { ...reading, joules: energyJ }
  })
}
