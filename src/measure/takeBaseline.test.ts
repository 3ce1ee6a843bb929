import assert from 'node:assert/strict'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import type { ExperimentConfig } from '../config/experimentConfig.ts'
import type { Clock } from '../core/clock.ts'
import type { EnergyReading } from '../energy/energySource.ts'
import { energyDomain } from '../testing/powerTrace.ts'
import { quietContext } from '../testing/quietContext.ts'
import { sampleExperiment } from '../testing/sampleResult.ts'
import { virtualClock } from '../testing/virtualClock.ts'
import { phaseTimer } from './phaseTimer.ts'
import type { Sampler } from './sampler/startSampler.ts'
import { takeBaseline } from './takeBaseline.ts'

const domain = energyDomain({ updatePeriodMs: 100, deviceId: 'GPU-1' })

/** A sampler of one board that idles at `idleW()`. */
function idleSampler(clock: Clock, idleW: () => number, driverVersion = '550'): Sampler {
  return {
    domains: [domain],
    devices: [{ ...facts, driverVersion }],
    warnings: [],
    looks: () => [],
    readings: (): EnergyReading[] =>
      Array.from({ length: Math.floor(clock.nowMs() / 50) + 10 }, (_, index) => ({
        domain: 'gpu0',
        atMs: 50 * index,
        joules: (idleW() * 50 * index) / 1000,
        watts: null,
      })),
    async waitFor() {},
    watchEdges: async () => null,
    stats: () => ({ ticks: 0, intervalErrorP99Ms: null, cpuMs: null }),
    async finishTable() {},
    async [Symbol.asyncDispose]() {},
  }
}

const facts = {
  id: 'gpu0',
  name: 'board',
  uuid: 'GPU-1',
  busId: null,
  architecture: null,
  memoryBytes: null,
  powerLimitW: null,
  requestedPowerLimitW: null,
  defaultPowerLimitW: null,
  minPowerLimitW: null,
  maxPowerLimitW: null,
  smClockMhz: null,
  memoryClockMhz: null,
  temperatureC: null,
  isPersistent: null,
  isPartitioned: null,
}

/** Takes baselines one after the other, in one cache, on one clock. */
async function bench(t: TestContext) {
  const clock = virtualClock(1000)
  const ctx = await quietContext(t, { clock })
  const take = async (
    strategy: ExperimentConfig['baseline']['strategy'],
    { idleW = 50, driver = '550' }: { idleW?: number; driver?: string } = {},
  ) => {
    const phases = phaseTimer(clock, () => {})
    const { baseline } = sampleExperiment().config
    const file = sampleExperiment({ baseline: { ...baseline, strategy } })
    const found = await takeBaseline(file, {
      ctx,
      phases,
      sampler: idleSampler(clock, () => idleW, driver),
    })
    const heldMs = phases.windows().reduce((sum, { startMs, endMs }) => sum + endMs - startMs, 0)
    return {
      ...found,
      heldMs,
      from: found.summary?.idle,
      keptW: found.keptIdle?.get('gpu0')?.powerW,
    }
  }
  return { clock, ctx, take }
}

test('fresh measures every time and keeps nothing', async (t) => {
  const { ctx, take } = await bench(t)
  const { from, heldMs, idle } = await take('fresh')
  assert.deepEqual([from, heldMs], ['measured', 10_000])
  assert.notEqual(idle, null)
  assert.deepEqual(await readdir(ctx.cacheDir), [])
})

test('cached measures once, then takes what was measured, without holding still', async (t) => {
  const { take } = await bench(t)
  assert.deepEqual((await take('cached')).from, 'measured')
  const second = await take('cached', { idleW: 80 })
  assert.deepEqual([second.from, second.heldMs, second.idle], ['cached', 0, null])
  assert.ok(Math.abs((second.keptW ?? 0) - 50) < 1e-6)
})

test('a kept power that is too old, or of another driver, is measured again', async (t) => {
  const { clock, take } = await bench(t)
  await take('cached')
  assert.equal((await take('cached', { driver: '580' })).from, 'measured')
  clock.advance(3_500_000)
  assert.equal((await take('cached')).from, 'cached')
  clock.advance(200_000)
  assert.equal((await take('cached')).from, 'measured')
})

test('validated looks for a moment, and believes what was kept when it agrees', async (t) => {
  const { take } = await bench(t)
  await take('validated')
  const second = await take('validated', { idleW: 51 })
  assert.deepEqual([second.from, second.heldMs], ['validated', 3000])
  assert.ok(Math.abs((second.keptW ?? 0) - 50) < 1e-6)
})

test('a drift makes a full measurement, and that is what the next run is held against', async (t) => {
  const { take } = await bench(t)
  await take('validated')
  const drifted = await take('validated', { idleW: 60 })
  assert.deepEqual([drifted.from, drifted.heldMs], ['drifted', 13_000])
  // 20 %, less what a look of three seconds cannot tell.
  const driftShare = drifted.summary?.driftShare ?? 0
  assert.ok(driftShare > 0.15 && driftShare <= 0.2, `${driftShare}`)
  const { idle } = drifted
  assert.ok(idle !== null && idle.endMs - idle.startMs === 10_000)
  const third = await take('validated', { idleW: 60 })
  assert.deepEqual([third.from, third.heldMs], ['validated', 3000])
  assert.ok(Math.abs((third.keptW ?? 0) - 60) < 1e-6)
})

test('what was kept and cannot be read is measured again', async (t) => {
  const { ctx, take } = await bench(t)
  await take('cached')
  const directory = join(ctx.cacheDir, 'baselines')
  const [name = ''] = await readdir(directory)
  const text = await readFile(join(directory, name), 'utf8')
  await writeFile(join(directory, name), text.slice(0, 40))
  assert.equal((await take('cached')).from, 'measured')
})
