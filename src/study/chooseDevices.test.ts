import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { cycleOrders } from '../config/cycleOrders.ts'
import { executionSchema } from '../config/studyConfig.ts'
import { chooseDevices, type Device, type NextRun } from './chooseDevices.ts'

interface SimulatedRun {
  next: NextRun
  durationMs: number
}

interface Past {
  next: NextRun
  devices: readonly string[]
  startMs: number
  endMs: number
  /** End of the run that its rest counts from. */
  restedFromMs: number | null
}

const gapMs = 10

/** Runs everything on a clock that jumps from end to end; each run rests before it begins. */
function simulate(
  runs: readonly SimulatedRun[],
  deviceCount: number,
  execution: ReturnType<typeof executionSchema.parse>,
): Past[] {
  const devices = Array.from(
    { length: deviceCount },
    (_, index): Device => ({
      id: `GPU-${index}`,
      isBusy: false,
      last: null,
    }),
  )
  const past: Past[] = []
  let running: Past[] = []
  let nowMs = 0
  const endFirst = (): void => {
    const [first, ...others] = running.toSorted((a, b) => a.endMs - b.endMs)
    assert.ok(first !== undefined, 'something runs whenever something has to wait')
    nowMs = Math.max(nowMs, first.endMs)
    running = others
    for (const device of devices) {
      if (!first.devices.includes(device.id)) continue
      device.isBusy = false
      device.last = { cycle: first.next.cycle, endedMs: first.endMs }
    }
  }
  for (const { next, durationMs } of runs) {
    let choice = chooseDevices(
      next,
      { devices, running: running.map((run) => run.next) },
      execution,
    )
    while (choice === null) {
      endFirst()
      choice = chooseDevices(next, { devices, running: running.map((run) => run.next) }, execution)
    }
    const restedFromMs = choice.after?.endedMs ?? null
    const startMs = Math.max(nowMs, restedFromMs === null ? 0 : restedFromMs + gapMs)
    nowMs = startMs
    for (const device of devices) if (choice.devices.includes(device.id)) device.isBusy = true
    const run = {
      next,
      devices: choice.devices,
      startMs,
      endMs: startMs + durationMs,
      restedFromMs,
    }
    past.push(run)
    running.push(run)
  }
  return past
}

const overlap = (a: Past, b: Past): boolean => a.startMs < b.endMs && b.startMs < a.endMs
const studies = fc.integer({ min: 1, max: 5 }).chain((deviceCount) =>
  fc.record({
    deviceCount: fc.constant(deviceCount),
    cycleOrder: fc.constantFrom(...cycleOrders.filter((order) => order !== 'latin_square')),
    cycleGap: fc.constantFrom(0, 5),
    runs: fc
      .array(
        fc.record({
          durationMs: fc.integer({ min: 1, max: 1000 }),
          count: fc.integer({ min: 1, max: deviceCount }),
          isAlone: fc.boolean(),
        }),
        { maxLength: 8 },
      )
      .chain((runs) => fc.integer({ min: 1, max: 3 }).map((cycles) => ({ runs, cycles }))),
  }),
)

function runsOf(
  {
    runs,
    cycles,
  }: { runs: { durationMs: number; count: number; isAlone: boolean }[]; cycles: number },
  isSequential: boolean,
): SimulatedRun[] {
  const numbers = Array.from({ length: cycles }, (_, index) => index + 1)
  const run = (one: (typeof runs)[number], cycle: number): SimulatedRun => {
    const { durationMs, count, isAlone } = one
    return { durationMs, next: { cycle, count, isAlone } }
  }
  return isSequential
    ? runs.flatMap((one) => numbers.map((cycle) => run(one, cycle)))
    : numbers.flatMap((cycle) => runs.map((one) => run(one, cycle)))
}

test('runs side by side share no device, begin in order, and keep to cycles and rests', () => {
  fc.assert(
    fc.property(studies, ({ deviceCount, cycleOrder, cycleGap, runs }) => {
      const execution = executionSchema.parse({
        parallel: 'auto',
        cycle_order: cycleOrder,
        cycle_gap_seconds: cycleGap,
      })
      const past = simulate(runsOf(runs, cycleOrder === 'sequential'), deviceCount, execution)
      const finishesCycles = cycleOrder !== 'sequential' || cycleGap > 0
      for (const [index, run] of past.entries()) {
        assert.equal(run.devices.length, run.next.count)
        const before = past.slice(0, index)
        assert.ok(
          before.every((other) => other.startMs <= run.startMs),
          'the order of the plan',
        )
        for (const other of before) {
          const shares = other.devices.some((id) => run.devices.includes(id))
          if (shares) assert.ok(other.endMs + gapMs <= run.startMs, 'a device rests')
          if (!overlap(other, run)) continue
          assert.ok(!run.next.isAlone && !other.next.isAlone, 'nothing beside what runs alone')
          assert.ok(!finishesCycles || other.next.cycle === run.next.cycle, 'one cycle at a time')
        }
        const [previous] = before.slice(-1)
        const isNewCycle = previous !== undefined && previous.next.cycle !== run.next.cycle
        if (finishesCycles && isNewCycle) {
          const lastEndMs = Math.max(...before.map(({ endMs }) => endMs))
          assert.equal(run.restedFromMs, lastEndMs, 'a cycle rests from the end of the last one')
        }
      }
    }),
  )
})

const execution = executionSchema.parse({ parallel: 'auto' })
const free = (id: string, endedMs: number | null): Device => ({
  id,
  isBusy: false,
  last: endedMs === null ? null : { cycle: 1, endedMs },
})
const one = { cycle: 1, count: 1, isAlone: false }

test('a run takes the devices that have rested longest', () => {
  const devices = [free('a', 20), free('b', 10), free('c', null)]
  const choose = (count: number) =>
    chooseDevices({ ...one, count }, { devices, running: [] }, execution)
  assert.deepEqual(choose(1), { devices: ['c'], after: null })
  assert.deepEqual(choose(2), { devices: ['c', 'b'], after: { cycle: 1, endedMs: 10 } })
  assert.deepEqual(choose(3)?.after, { cycle: 1, endedMs: 20 })
})

test('as many runs go side by side as there are devices', () => {
  const devices = [{ ...free('a', null), isBusy: true }, free('b', null)]
  assert.deepEqual(chooseDevices(one, { devices, running: [one] }, execution)?.devices, ['b'])
  const two = { ...one, count: 2 }
  assert.equal(chooseDevices(two, { devices, running: [one] }, execution), null)
})
