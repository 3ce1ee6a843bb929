import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { EnergyMeter } from '../../energy/energySource.ts'
import { energyDomain } from '../../testing/powerTrace.ts'
import { type VirtualClock, virtualClock } from '../../testing/virtualClock.ts'
import { sampleLoop, type Tick } from './sampleLoop.ts'

const noBurst = (): number => Number.NEGATIVE_INFINITY

test('ticks stay on multiples of the interval, however long a reading takes', async () => {
  const clock = virtualClock(1000)
  const ticks = await sample(clock, [meter('gpu0', clock, () => clock.advance(3.7))], 4)
  assert.deepEqual(
    ticks.map(({ wokeMs }) => wokeMs),
    [1000, 1010, 1020, 1030],
  )
})

test('ticks that were missed are left out, and the next one is on time', async () => {
  const clock = virtualClock()
  let reads = 0
  const slowOnce = (): void => clock.advance(++reads === 2 ? 35 : 0)
  const ticks = await sample(clock, [meter('gpu0', clock, slowOnce)], 4)
  assert.deepEqual(
    ticks.map(({ wokeMs }) => wokeMs),
    [0, 10, 50, 60],
  )
})

test('a tick that comes late is stamped with its deadline and with when it came', async () => {
  const clock = virtualClock()
  const lateMs = 4
  const ticks = await sample(clock, [meter('gpu0', clock)], 3, async (deadlineMs) => {
    await clock.sleep(deadlineMs + lateMs - clock.nowMs())
  })
  assert.deepEqual(
    ticks.map(({ deadlineMs, wokeMs }) => [deadlineMs, wokeMs]),
    [
      [0, 4],
      [10, 14],
      [20, 24],
    ],
  )
})

test('every meter is read once per tick, in one pass and in order', async () => {
  const clock = virtualClock()
  const ids = ['gpu0', 'gpu1', 'cpu0']
  const [tick] = await sample(
    clock,
    ids.map((id) => meter(id, clock)),
    1,
  )
  assert.deepEqual(
    tick?.readings,
    ids.map((domain) => ({ domain, atMs: 0, joules: 1, watts: 2 })),
  )
})

test('a meter that throws gives readings without a value, and the others go on', async () => {
  const clock = virtualClock()
  const broken = meter('gpu0', clock, () => {
    throw new Error('the driver has gone')
  })
  const ticks = await sample(clock, [broken, meter('cpu0', clock)], 2)
  for (const { readings, wokeMs } of ticks) {
    assert.deepEqual(readings, [
      { domain: 'gpu0', atMs: wokeMs, joules: null, watts: null },
      { domain: 'cpu0', atMs: wokeMs, joules: 1, watts: 2 },
    ])
  }
})

test('a loop that is told to stop while it waits reads no more', async () => {
  const clock = virtualClock()
  const controller = new AbortController()
  let reads = 0
  await sampleLoop({
    meters: [meter('gpu0', clock, () => reads++)],
    intervalMs: 10,
    clock,
    signal: controller.signal,
    pauseUntil: async () => controller.abort(),
    burstUntilMs: noBurst,
    onTick: () => {},
  })
  assert.equal(reads, 0)
})

test('a burst is read every millisecond, and the ticks after it are on the old deadlines', async () => {
  const clock = virtualClock()
  const waiting = (deadlineMs: number) => clock.sleep(deadlineMs - clock.nowMs())
  const ticks = await sample(clock, [meter('gpu0', clock)], 6, waiting, () =>
    clock.nowMs() >= 10 && clock.nowMs() < 13 ? 13 : 0,
  )
  assert.deepEqual(
    ticks.map(({ wokeMs }) => wokeMs),
    [0, 10, 11, 12, 13, 20],
  )
})

test('a burst that begins in a wait is on time at once', async () => {
  const clock = virtualClock()
  const cutShort = (deadlineMs: number) => clock.sleep(Math.min(deadlineMs, 4) - clock.nowMs())
  const ticks = await sample(clock, [meter('gpu0', clock)], 2, cutShort)
  assert.deepEqual(
    ticks.map(({ deadlineMs, wokeMs }) => [deadlineMs, wokeMs]),
    [
      [0, 0],
      [4, 4],
    ],
  )
})

/** Runs the loop at 10 ms until it has ticked `count` times. */
async function sample(
  clock: VirtualClock,
  meters: readonly EnergyMeter[],
  count: number,
  pauseUntil = (deadlineMs: number) => clock.sleep(deadlineMs - clock.nowMs()),
  burstUntilMs = noBurst,
): Promise<Tick[]> {
  const controller = new AbortController()
  const ticks: Tick[] = []
  const onTick = (tick: Tick): void => {
    if (ticks.push(tick) === count) controller.abort()
  }
  const { signal } = controller
  await sampleLoop({
    meters,
    intervalMs: 10,
    clock,
    signal,
    pauseUntil,
    burstUntilMs,
    onTick,
  })
  return ticks
}

function meter(id: string, clock: VirtualClock, onRead: () => void = () => {}): EnergyMeter {
  return {
    domains: [energyDomain({ id })],
    readsInBackground: false,
    read() {
      onRead()
      return [{ domain: id, atMs: clock.nowMs(), joules: 1, watts: 2 }]
    },
    async [Symbol.asyncDispose]() {},
  }
}
