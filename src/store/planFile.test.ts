import assert from 'node:assert/strict'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { test } from 'node:test'
import fc from 'fast-check'
import { cycleOrders } from '../config/cycleOrders.ts'
import { parseStudy } from '../config/parseStudy.ts'
import { planStudy } from '../study/planStudy.ts'
import { arbitraryStudy } from '../testing/arbitraryStudy.ts'
import { keptStudy, planOf } from '../testing/plannedStudy.ts'
import { sampleSections as sections } from '../testing/sampleSections.ts'
import { temporary } from '../testing/watchStudy.ts'
import { readPlan, type StudyPlan } from './planFile.ts'

// Objects as YAML makes them.
const ordinary = { noNullPrototype: true }

const entry = fc.record(
  {
    random_seed: fc.nat(),
    n: fc.integer({ min: 1, max: 99 }),
    dataset: fc.string({ minLength: 1 }),
    fake: fc.record({ ttft_ms: fc.nat(1000) }, ordinary),
    decoder: fc.record({ top_k: fc.nat(100) }, ordinary),
  },
  { requiredKeys: [], noNullPrototype: true },
)
const override = fc.record(
  {
    path: fc.array(fc.string(), { minLength: 1 }),
    value: fc.jsonValue().map((value): unknown => JSON.parse(JSON.stringify(value))),
    origin: fc.string(),
  },
  ordinary,
)

test('a plan that is written and read is the same plan', async (t) => {
  const resultsDir = temporary(t)
  await fc.assert(
    fc.asyncProperty(
      fc.array(entry, { minLength: 1, maxLength: 5 }),
      fc.constantFrom(...cycleOrders),
      fc.integer({ min: 1, max: 3 }),
      fc.array(override, { maxLength: 2 }),
      async (entries, cycle_order, n_cycles, overrides) => {
        const plan = await planOf(entries, { cycle_order, n_cycles })
        const whole = {
          ...plan,
          source: { ...plan.source, file: '/somewhere/study.yaml', overrides },
        }
        assert.deepEqual(await readPlan(await keptStudy(resultsDir, whole)), whole)
      },
    ),
    { numRuns: 30 },
  )
})

test('so is the plan of any study with a sweep, whatever of it is skipped or merged', async (t) => {
  const resultsDir = temporary(t)
  const run = async (written: Readonly<Record<string, unknown>>): Promise<StudyPlan> => {
    const study = parseStudy({ written, file: 'study.yaml', overrides: [], sections })
    assert.ok(study.ok)
    const runner = { mode: 'local', image: null, source: 'default' } as const
    const plan = planStudy(study.value, () => runner)
    assert.deepEqual(await readPlan(await keptStudy(resultsDir, plan)), plan)
    return plan
  }
  await fc.assert(
    fc.asyncProperty(arbitraryStudy, async ({ study: { base: _, ...study }, base }) => {
      await run({ ...base, ...study })
    }),
    { numRuns: 30 },
  )
  const { skipped, merged } = await run({
    model: 'm',
    sweep: { precision: ['fp16', 'fp8', 'fp16'] },
  })
  assert.deepEqual([skipped.count, merged.length], [1, 1])
})

test('a directory without a plan is no study', async (t) => {
  const paths = await keptStudy(temporary(t), await planOf([{}]))
  rmSync(paths.plan)
  await assert.rejects(readPlan(paths), { code: 'STUDY_NOT_FOUND' })
})

test('a plan that was cut short is told as damaged', async (t) => {
  const paths = await keptStudy(temporary(t), await planOf([{}]))
  writeFileSync(paths.plan, readFileSync(paths.plan, 'utf8').slice(0, -10))
  await assert.rejects(readPlan(paths), { code: 'FILE_DAMAGED' })
})
