import assert from 'node:assert/strict'
import { test } from 'node:test'
import { cycleOrders } from '../config/cycleOrders.ts'
import { AppError } from '../core/errors.ts'
import { planOf } from '../testing/plannedStudy.ts'
import { continuePlan } from './continuePlan.ts'

const two = [{ random_seed: 1 }, { random_seed: 2 }]

test('a study file that says the same changes nothing, and neither does one that is gone', async () => {
  const before = await planOf(two)
  assert.equal(continuePlan(before, await planOf(two), 'results/a'), before)
  assert.equal(continuePlan(before, null, 'results/a'), before)
})

test('added cycles come behind the old ones, in every order', async () => {
  for (const cycle_order of cycleOrders) {
    const before = await planOf(two, { cycle_order, n_cycles: 1 })
    const now = await planOf(two, { cycle_order, n_cycles: 3 })
    const { slots, settings } = continuePlan(before, now, 'results/a')
    assert.deepEqual(slots.slice(0, 2), before.slots)
    const added = slots.slice(2)
    assert.deepEqual(added.map(({ cycle, index }) => `${cycle} ${index}`).sort(), [
      '2 0',
      '2 1',
      '3 0',
      '3 1',
    ])
    assert.equal(settings.execution.n_cycles, 3)
  }
})

test('new limits are taken over', async () => {
  const before = await planOf(two, { experiment_timeout_seconds: 10 })
  const now = await planOf(two, { experiment_timeout_seconds: 20, fail_fast: true })
  const { settings, slots } = continuePlan(before, now, 'results/a')
  assert.equal(settings.execution.experiment_timeout_seconds, 20)
  assert.deepEqual(slots, before.slots)
})

const refused = [
  { name: 'fewer cycles', entries: two, execution: { n_cycles: 1 }, change: /n_cycles: 2 -> 1/ },
  {
    name: 'another order',
    entries: two,
    execution: { n_cycles: 2, cycle_order: 'shuffled' },
    change: /cycle_order: \(not set\) -> "shuffled"/,
  },
  {
    name: 'runs side by side',
    entries: two,
    execution: { n_cycles: 2, parallel: 'auto' },
    change: /parallel: \(not set\) -> "auto"/,
  },
  {
    name: 'another value',
    entries: [{ random_seed: 1 }, { random_seed: 3 }],
    execution: { n_cycles: 2 },
    change: /experiments\[1\]\.random_seed: 2 -> 3/,
  },
  {
    name: 'an experiment less',
    entries: [{ random_seed: 1 }],
    execution: { n_cycles: 2 },
    change: /experiments\[1\]: \{"random_seed":2\} -> \(not set\)/,
  },
] as const

for (const { name, entries, execution, change } of refused) {
  test(`${name} is refused, with what changed`, async () => {
    const before = await planOf(two, { n_cycles: 2 })
    const now = await planOf(entries, execution)
    assert.throws(
      () => continuePlan(before, now, 'results/a'),
      (thrown) =>
        thrown instanceof AppError &&
        thrown.code === 'STUDY_CHANGED' &&
        thrown.exitCode === 2 &&
        change.test(thrown.message),
    )
  })
}
