import assert from 'node:assert/strict'
import { test } from 'node:test'
import { experimentParser } from '../config/experimentParser.ts'
import { loadSections } from '../study/loadSections.ts'
import { captureIo } from './capturedIo.ts'
import { isBare, loadPlan, type PlanRequest } from './loadPlan.ts'
import { quickstartLine } from './quickstart.ts'

const request = (told: Partial<PlanRequest> = {}): PlanRequest => ({
  file: undefined,
  flags: {},
  sets: [],
  isStrict: false,
  ...told,
})

async function configOf(told: Partial<PlanRequest>) {
  const { plan } = await loadPlan(request(told), captureIo())
  const [first] = plan.experiments
  assert.ok(first !== undefined)
  const parsed = experimentParser(await loadSections()).parse(first.declared)
  assert.ok(parsed.ok)
  return parsed.value.config
}

test('told nothing, it plans the quickstart and says so in one line', async () => {
  assert.ok(isBare(request()))
  assert.ok(isBare(request({ flags: { output: 'elsewhere' } })))
  const { plan } = await loadPlan(request(), captureIo())
  assert.equal(plan.settings.name, 'quickstart')
  assert.equal(
    quickstartLine,
    'No study file given: 10 requests of 64 tokens to synthetic/smollm2-135m in fp16 on llamacpp, in about a minute.',
  )
})

test('without a model the flags change the quickstart', async () => {
  const flags = { backend: 'fake', n: '3', concurrency: '2' }
  assert.ok(!isBare(request({ flags })))
  const { model, backend, n, load } = await configOf({ flags })
  assert.deepEqual(
    { model, backend, n, concurrency: load.concurrency },
    { model: 'synthetic/smollm2-135m', backend: 'fake', n: 3, concurrency: 2 },
  )
})

test('with a model the documented defaults hold, not those of the quickstart', async () => {
  const { n, max_output_tokens } = await configOf({ flags: { model: 'synthetic/tiny' } })
  assert.deepEqual({ n, max_output_tokens }, { n: 100, max_output_tokens: 128 })
})

test('--set wins over a flag of the same key', async () => {
  assert.equal((await configOf({ flags: { seed: '1' }, sets: ['random_seed=2'] })).random_seed, 2)
})

test('a text flag stays text even when it looks like a number', async () => {
  assert.equal((await configOf({ flags: { backend: 'fake', model: '42' } })).model, '42')
})
