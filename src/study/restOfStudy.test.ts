import assert from 'node:assert/strict'
import { test } from 'node:test'
import { planOf } from '../testing/plannedStudy.ts'
import { runsOf } from './plannedRun.ts'
import { restOfStudy } from './restOfStudy.ts'

const two = [{ random_seed: 1 }, { random_seed: 2 }]

async function studyOf(execution: Parameters<typeof planOf>[1]) {
  const plan = await planOf(two, execution)
  const runs = [...runsOf(plan)]
  const rest = restOfStudy(runs, plan.settings.execution)
  /** Ends the next runs, each after so long. */
  const end = (...durationsMs: number[]): void => {
    for (const durationMs of durationsMs) {
      const run = runs.shift()
      assert.ok(run !== undefined)
      rest.end(run, { durationMs, status: 'measured' })
    }
  }
  return { rest, end, runs }
}

test('before a run has ended there is nothing to judge by', async () => {
  const { rest } = await studyOf({})
  assert.equal(rest.estimate(), null)
})

test('runs of an experiment that has not run yet are judged by the mean of all', async () => {
  const { rest, end } = await studyOf({ n_cycles: 3 })
  end(1000)
  // Two of the first experiment and three of the second.
  assert.deepEqual(rest.estimate(), { restMs: 5000, ended: 1, left: 5, leftOfKnown: 2 })
})

test('runs of an experiment that has run are judged by its own mean', async () => {
  const { rest, end } = await studyOf({ n_cycles: 3 })
  end(1000, 9000)
  assert.deepEqual(rest.estimate(), { restMs: 20_000, ended: 2, left: 4, leftOfKnown: 4 })
  end(3000)
  // One more of the first at a mean of 2 s, two of the second.
  assert.equal(rest.estimate()?.restMs, 20_000)
  end(9000, 2000)
  assert.equal(rest.estimate()?.restMs, 9000)
})

test('the rests between the runs that are left count', async () => {
  const { rest, end } = await studyOf({
    n_cycles: 2,
    experiment_gap_seconds: 1,
    cycle_gap_seconds: 5,
  })
  end(100)
  // Three runs; a cycle gap and an experiment gap between them.
  assert.equal(rest.estimate()?.restMs, 300 + 6000)
  end(100, 100)
  assert.equal(rest.estimate()?.restMs, 100)
})

test('a quick failure does not make others look quick', async () => {
  const { rest, runs } = await studyOf({ cycle_order: 'sequential', n_cycles: 2 })
  const [first, second] = runs
  assert.ok(first !== undefined && second !== undefined)
  rest.end(first, { durationMs: 8000, status: 'measured' })
  rest.end(second, { durationMs: 0, status: 'failed' })
  assert.equal(rest.estimate()?.restMs, 16_000)
})
