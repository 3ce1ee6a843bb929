import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { cycleOrders } from '../config/cycleOrders.ts'
import { executionSchema } from '../config/studyConfig.ts'
import { chooseDevices, type Device } from './chooseDevices.ts'
import { type ForeseenRun, foreseeRuns, type PlacedRun } from './foreseeRuns.ts'

interface Past extends PlacedRun {
  next: ForeseenRun
}

const gapMs = 10_000

const overlap = (a: Past, b: Past): boolean => a.startMs < b.endMs && b.startMs < a.endMs
const studies = fc.integer({ min: 1, max: 5 }).chain((deviceCount) =>
  fc.record({
    deviceCount: fc.constant(deviceCount),
    cycleOrder: fc.constantFrom(...cycleOrders.filter((order) => order !== 'latin_square')),
    cycleGap: fc.constantFrom(0, 25),
    runs: fc
      .array(
        fc.record({
          durationMs: fc.integer({ min: 1, max: 50_000 }),
          count: fc.integer({ min: 1, max: deviceCount }),
          isAlone: fc.boolean(),
        }),
        { maxLength: 8 },
      )
      .chain((runs) => fc.integer({ min: 1, max: 3 }).map((cycles) => ({ runs, cycles }))),
  }),
)

function runsOf(
  { runs, cycles }: { runs: Omit<ForeseenRun, 'cycle'>[]; cycles: number },
  isSequential: boolean,
): ForeseenRun[] {
  const numbers = Array.from({ length: cycles }, (_, index) => index + 1)
  return isSequential
    ? runs.flatMap((run) => numbers.map((cycle) => ({ ...run, cycle })))
    : numbers.flatMap((cycle) => runs.map((run) => ({ ...run, cycle })))
}

test('runs side by side share no device, begin in order, and keep to cycles and rests', () => {
  fc.assert(
    fc.property(studies, ({ deviceCount, cycleOrder, cycleGap, runs }) => {
      const execution = executionSchema.parse({
        parallel: 'auto',
        cycle_order: cycleOrder,
        cycle_gap_seconds: cycleGap,
        experiment_gap_seconds: gapMs / 1000,
      })
      const all = runsOf(runs, cycleOrder === 'sequential')
      const past = [...foreseeRuns(all, deviceCount, execution)].flatMap(
        (placed, index): Past[] => {
          const next = all[index]
          return next === undefined ? [] : [{ ...placed, next }]
        },
      )
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
          assert.equal(run.after?.endedMs, lastEndMs, 'a cycle rests from the end of the last one')
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
