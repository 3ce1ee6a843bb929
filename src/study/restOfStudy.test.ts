import assert from 'node:assert/strict'
import { test } from 'node:test'
import { planOf } from '../testing/plannedStudy.ts'
import { type PlannedRun, runsOf } from './plannedRun.ts'
import { restOfStudy } from './restOfStudy.ts'

const two = [{ random_seed: 1 }, { random_seed: 2 }]

async function studyOf(execution: Parameters<typeof planOf>[1]) {
  const plan = await planOf(two, execution)
  const runs = [...runsOf(plan)]
  const rest = restOfStudy(runs, plan.settings.execution)
  const open: PlannedRun[] = []
  let nowMs = 0
  /** What is said when the next run begins. */
  const begin = () => {
    const run = runs.shift()
    assert.ok(run !== undefined)
    open.push(run)
    return rest.start(run, nowMs)
  }
  /** Ends the next runs, each after so long. */
  const end = (...durationsMs: number[]): void => {
    for (const durationMs of durationsMs) {
      if (open.length === 0) begin()
      nowMs += durationMs
      endOne('measured')
    }
  }
  const endOne = (status: 'measured' | 'failed'): void => {
    const run = open.shift()
    assert.ok(run !== undefined)
    rest.end(run, { endedMs: nowMs, status })
  }
  const pass = (durationMs: number): void => {
    nowMs += durationMs
  }
  return { begin, end, endOne, pass }
}

test('before a run has ended there is nothing to judge by', async () => {
  const { begin } = await studyOf({})
  assert.equal(begin(), null)
})

test('runs of an experiment that has not run yet are judged by the mean of all', async () => {
  const { begin, end } = await studyOf({ n_cycles: 3 })
  end(1000)
  // Two of the first experiment and three of the second.
  assert.deepEqual(begin(), { restMs: 5000, ended: 1, left: 5, leftOfKnown: 2 })
})

test('runs of an experiment that has run are judged by its own mean', async () => {
  const { begin, end } = await studyOf({ n_cycles: 3 })
  end(1000, 9000)
  assert.deepEqual(begin(), { restMs: 20_000, ended: 2, left: 4, leftOfKnown: 4 })
  end(3000)
  // One more of the first at a mean of 2 s, two of the second.
  assert.equal(begin()?.restMs, 20_000)
  end(9000, 2000)
  assert.equal(begin()?.restMs, 9000)
})

test('the rests between the runs that are left count', async () => {
  const { begin, end } = await studyOf({
    n_cycles: 2,
    experiment_gap_seconds: 1,
    cycle_gap_seconds: 5,
  })
  end(100)
  // Three runs; a cycle gap and an experiment gap between them.
  assert.equal(begin()?.restMs, 300 + 6000)
  end(100, 100)
  assert.equal(begin()?.restMs, 100)
})

test('a quick failure does not make others look quick', async () => {
  const { begin, end, endOne } = await studyOf({ cycle_order: 'sequential', n_cycles: 2 })
  end(8000)
  begin()
  endOne('failed')
  assert.equal(begin()?.restMs, 16_000)
})

test('runs side by side end as early as they have done so far', async () => {
  const { begin, endOne, pass } = await studyOf({ n_cycles: 3 })
  begin()
  begin()
  pass(4000)
  endOne('measured')
  // Of the five that are left, each of 4 s, one has run all of its time; two at a time take 8 s.
  assert.deepEqual(begin(), { restMs: 8000, ended: 1, left: 5, leftOfKnown: 2 })
})
