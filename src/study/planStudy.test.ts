import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { cycleOrders } from '../config/cycleOrders.ts'
import { type LoadedStudy, parseStudy } from '../config/parseStudy.ts'
import type { StudyPlan } from '../store/planFile.ts'
import { arbitraryStudy } from '../testing/arbitraryStudy.ts'
import { sampleSections as sections } from '../testing/sampleSections.ts'
import { runsOf } from './plannedRun.ts'
import { planStudy } from './planStudy.ts'

type Written = Readonly<Record<string, unknown>>

const local = () => ({ mode: 'local', image: null, source: 'default' }) as const

function studyOf(written: string | Written): LoadedStudy {
  const parsed = parseStudy({ written, file: 'study.yaml', overrides: [], sections })
  if (!parsed.ok) assert.fail(parsed.problems.map(({ message }) => message).join('\n'))
  return parsed.value
}

const planOf = (written: string | Written): StudyPlan => planStudy(studyOf(written), local)
const labelsOf = (plan: StudyPlan): string[] => plan.experiments.map(({ label }) => label)

/** Random studies on one file, with cycles in some order. */
const anyStudy = fc
  .record({
    random: arbitraryStudy,
    cycle_order: fc.constantFrom(...cycleOrders),
    n_cycles: fc.integer({ min: 1, max: 4 }),
  })
  .map(({ random: { study, base, count }, ...execution }) => {
    const { base: _, ...own } = study
    return { written: { ...base, ...own, execution }, count, cycles: execution.n_cycles }
  })

test('the experiments are the product of the sweep less what is skipped and what is merged', () => {
  fc.assert(
    fc.property(anyStudy, ({ written, count }) => {
      const { experiments, merged, skipped } = planOf(written)
      const mergedCount = merged.reduce((sum, one) => sum + one.count, 0)
      assert.equal(experiments.length, count - skipped.count - mergedCount)
    }),
  )
})

test('every run has an id of its own, every experiment a hash and a label of its own', () => {
  fc.assert(
    fc.property(anyStudy, ({ written, cycles }) => {
      const plan = planOf(written)
      const count = plan.experiments.length
      const ids = new Set(Array.from(runsOf(plan), ({ id }) => id))
      assert.equal(ids.size, count * cycles)
      assert.equal(new Set(plan.experiments.map(({ configHash }) => configHash)).size, count)
      assert.equal(new Set(labelsOf(plan)).size, count)
    }),
  )
})

test('every cycle runs every experiment once', () => {
  fc.assert(
    fc.property(anyStudy, ({ written, cycles }) => {
      const { experiments, slots } = planOf(written)
      assert.equal(slots.length, experiments.length * cycles)
      for (let cycle = 1; cycle <= cycles; cycle++) {
        const ran = slots.filter((slot) => slot.cycle === cycle).map(({ index }) => index)
        assert.equal(new Set(ran).size, experiments.length)
        assert.ok(ran.every((index) => index >= 0 && index < experiments.length))
      }
    }),
  )
})

test('planning the same study again gives the same plan, shuffles too', () => {
  fc.assert(
    fc.property(anyStudy, ({ written }) => {
      assert.deepEqual(planOf(written), planOf(written))
    }),
  )
})

test('the order of fields in the file changes neither hashes nor the shuffle', () => {
  const execution = { n_cycles: 2, cycle_order: 'shuffled' }
  const there = planOf({ model: 'm', decoder: { top_k: 1, top_p: 0.5 }, sweep, execution })
  const back = planOf({ execution, sweep, decoder: { top_p: 0.5, top_k: 1 }, model: 'm' })
  const hashes = (plan: StudyPlan) => plan.experiments.map(({ configHash }) => configHash)
  assert.deepEqual(hashes(back), hashes(there))
  assert.deepEqual(back.slots, there.slots)
})
const sweep = { n: [1, 2, 3, 4, 5, 6, 7, 8] }

test('runner, images, results directory, name and limits are not part of what an experiment is', () => {
  const hashOf = (more: Written) => planOf({ model: 'm', ...more }).experiments[0]?.configHash
  const elsewhere = {
    name: 'other',
    runners: { llamacpp: 'local' },
    images: { llamacpp: 'image' },
    output: { results_dir: '/there' },
    execution: { n_cycles: 3, experiment_timeout_seconds: 1, experiment_gap_seconds: 9 },
  }
  assert.equal(hashOf(elsewhere), hashOf({}))
  assert.notEqual(hashOf({ n: 101 }), hashOf({}))
  assert.notEqual(hashOf({ llamacpp: { threads: 2 } }), hashOf({}))
  assert.notEqual(hashOf({ energy: { 'cpu-estimate': { tdp_watts: 9 } } }), hashOf({}))
})

test('duplicates by all that is measured run once, and the plan says which and where', () => {
  const plan = planOf(`model: m
sweep:
  n: [100, 5, 100]
experiments:
  - {decoder: {temperature: 0}}
  - {warmup: {min_prompts: 4}}
`)
  assert.deepEqual(labelsOf(plan), ['n=100', 'n=5', 'min_prompts=4'])
  assert.deepEqual(plan.merged, [
    { index: 0, count: 2, origins: ['combination 3 of the sweep', 'experiments[0]'] },
  ])
})

test('what cannot run is left out and counted by reason, whatever the figures are', () => {
  const plan = planOf(`model: m
sweep:
  precision: [fp16, fp8]
  decoder.min_new_tokens: [0, 10, 20]
  max_output_tokens: [8, 16]
`)
  const { count, reasons } = plan.skipped
  assert.equal(plan.experiments.length, 12 - count)
  assert.equal(count, 9)
  assert.deepEqual(
    reasons.map((reason) => [reason.count, reason.problem.line, reason.problem.message]),
    [
      [6, 4, 'expected at most max_output_tokens (8), found 10'],
      [6, 3, 'expected a precision of GGUF, found fp8'],
    ],
  )
})

test('the runner of a backend is resolved once', () => {
  const asked: string[] = []
  planStudy(
    studyOf({ model: 'm', sweep: { backend: ['fake', 'llamacpp'], n: [1, 2] } }),
    (name) => {
      asked.push(name)
      return local()
    },
  )
  assert.deepEqual(asked, ['fake', 'llamacpp'])
})
