import assert from 'node:assert/strict'
import { test } from 'node:test'
import { monotonicClock } from '../../core/clock.ts'
import { AppError } from '../../core/errors.ts'
import { source } from '../../energy/simulated.ts'
import { virtualClock } from '../../testing/virtualClock.ts'
import { summarizeEnergy } from '../energy/summarizeEnergy.ts'
import { type SamplerLink, samplerLink } from './samplerLink.ts'
import { startSampler } from './startSampler.ts'

const clock = monotonicClock
const { signal } = new AbortController()
const fast = { devices: 2, watts: 100, publish_period_ms: 20 }
const simulated = (options: Record<string, unknown>) => ({
  sources: [{ name: source.name, options: source.options.parse({ ...fast, ...options }) }],
  intervalMs: 5,
  env: {},
  clock,
})
const linkTo = (name: string): SamplerLink =>
  samplerLink(new URL(`../../testing/fixtures/samplerThreads/${name}.js`, import.meta.url), clock)

test('a window that was waited for is whole: its energy is that of the sensor', async () => {
  await using sampler = await startSampler(simulated({}))
  const startMs = clock.nowMs()
  await clock.sleep(250)
  const endMs = clock.nowMs()
  await sampler.waitFor(endMs, signal)
  const window = { startMs, endMs }
  const { total, domains } = summarizeEnergy({
    ...sampler,
    readings: sampler.readings(),
    window,
    idle: null,
    loadedIdle: null,
    outputTokens: null,
    requests: 1,
  })
  assert.deepEqual(total.domains, ['gpu0', 'gpu1'])
  assert.ok(total.isSynthetic)
  for (const { meanPowerW, readCount } of domains) {
    // A busy machine stamps a change late: the figure says that the parts fit, not how exact they are.
    assert.ok(meanPowerW !== null && Math.abs(meanPowerW - 100) < 50, `${meanPowerW} W`)
    assert.ok(readCount > 0)
  }
  const stats = sampler.stats(window)
  assert.ok(stats.ticks > 0 && stats.intervalErrorP99Ms !== null)
  assert.ok(process.platform !== 'linux' || (stats.cpuMs !== null && stats.cpuMs > 0))
})

test('readings are in order of time, and stay when the sampler is closed', async () => {
  const sampler = await startSampler(simulated({}))
  await sampler.waitFor(clock.nowMs(), signal)
  const before = sampler.readings()
  await sampler[Symbol.asyncDispose]()
  const after = sampler.readings()
  assert.deepEqual(after.slice(0, before.length), before)
  assert.ok(after.length > 0)
  assert.ok(after.every(({ atMs }, index) => atMs >= (after[index - 1]?.atMs ?? 0)))
})

test('a sensor that vanishes does not end the sampler, nor the waiting for it', async () => {
  await using sampler = await startSampler(simulated({ faults: { vanish_at_seconds: 0 } }))
  await sampler.waitFor(clock.nowMs() - 900, signal)
  const readings = sampler.readings()
  assert.ok(readings.length > 0)
  assert.ok(readings.every(({ joules, watts }) => joules === null && watts === null))
})

test('a sampler that waits for its next tick answers at once', async () => {
  const devices = [{ id: 'wall', scope: 'wall', method: 'power' }]
  await using sampler = await startSampler({ ...simulated({ devices }), intervalMs: 3_600_000 })
  await sampler.waitFor(clock.nowMs() - 500, signal)
  assert.ok(sampler.readings().length > 0)
})

test('the edges of a window are polled, however rarely the sensors are read between them', async () => {
  await using sampler = await startSampler({ ...simulated({}), intervalMs: 3_600_000 })
  const before = await sampler.watchEdges('before', signal)
  const after = await sampler.watchEdges('after', signal)
  assert.ok(before !== null && after !== null && after.startMs >= before.endMs)
  await sampler.waitFor(after.endMs - 10_000, signal)
  for (const { startMs, endMs } of [before, after]) {
    const polled = sampler.readings().filter(({ atMs }) => atMs >= startMs && atMs <= endMs)
    assert.ok(polled.length > 1, `${polled.length} readings`)
  }
})

test('a wait ends with the reason of the signal that aborts it', async () => {
  await using sampler = await startSampler(simulated({}))
  await assert.rejects(
    sampler.waitFor(clock.nowMs() + 60_000, AbortSignal.abort(new Error('enough'))),
    /enough/,
  )
})

test('a sampler without sources reads nothing and starts no thread', async () => {
  await using sampler = await startSampler({ sources: [], intervalMs: 10, env: {}, clock })
  await sampler.waitFor(clock.nowMs(), signal)
  assert.deepEqual(sampler.readings(), [])
  assert.deepEqual(sampler.domains, [])
})

test('a source that does not exist is refused with a hint', async () => {
  const sources = [{ name: 'nvlm', options: {} }]
  await assert.rejects(
    startSampler({ sources, intervalMs: 10, env: {}, clock }),
    failsWith('ENERGY_SOURCE_UNAVAILABLE', /nvlm .*no energy source of this name/),
  )
})

test('two sources that name a domain alike are refused', async () => {
  const { sources, ...rest } = simulated({})
  await assert.rejects(
    startSampler({ ...rest, sources: [...sources, ...sources] }),
    failsWith('ENERGY_SOURCE_UNAVAILABLE', /already reads a domain named gpu0/),
  )
})

test('a thread that dies fails the next wait, and what it had read stays', async () => {
  await using sampler = await startSampler(simulated({}), linkTo('diesAfterOneBlock'))
  await assert.rejects(
    sampler.waitFor(clock.nowMs() + 60_000, signal),
    failsWith('SAMPLER_FAILED', /the driver took the thread with it/),
  )
  assert.deepEqual(sampler.readings(), [{ domain: 'gpu0', atMs: 5, joules: 1, watts: null }])
})

test('a thread that ends before it has opened its sources has failed', async () => {
  await assert.rejects(
    startSampler(simulated({}), linkTo('neverOpens')),
    failsWith('SAMPLER_FAILED', /its thread ended/),
  )
})

test('a thread that hangs is left behind when the sampler closes', async () => {
  const options = { ...simulated({}), clock: virtualClock() }
  const sampler = await startSampler(options, linkTo('ignoresClose'))
  await sampler[Symbol.asyncDispose]()
})

test('a thread that does not answer any more fails the wait', async () => {
  const options = { ...simulated({}), clock: virtualClock() }
  await using sampler = await startSampler(options, linkTo('ignoresClose'))
  await assert.rejects(sampler.waitFor(0, signal), failsWith('SAMPLER_FAILED', /does not answer/))
})

test('closing twice is closing once', async () => {
  const sampler = await startSampler(simulated({}))
  await sampler[Symbol.asyncDispose]()
  await sampler[Symbol.asyncDispose]()
})

function failsWith(code: string, message: RegExp) {
  return (thrown: unknown): boolean =>
    thrown instanceof AppError && thrown.code === code && message.test(thrown.message)
}
