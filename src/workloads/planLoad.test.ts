import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { z } from 'zod'
import { experimentFields } from '../config/experimentConfig.ts'
import { makeFileTree } from '../testing/fixtures/fileTree.ts'
import { planLoad } from './planLoad.ts'

const configOf = (load: Record<string, unknown>, n = 4) =>
  z.object(experimentFields).parse({ model: 'm', n, load })

test('closed and offline loads are a number of requests in flight', async () => {
  assert.deepEqual(await planLoad(configOf({ concurrency: 3 })), { kind: 'closed', concurrency: 3 })
  assert.deepEqual(await planLoad(configOf({ mode: 'offline' })), {
    kind: 'closed',
    concurrency: 4,
  })
})

test('an open load is a schedule that its seed fixes', async () => {
  const load = { mode: 'open', rate_per_second: 2, max_concurrency: 7 }
  const plan = await planLoad(configOf(load))
  assert.deepEqual(plan, await planLoad(configOf(load)))
  assert.ok(plan.kind === 'open')
  assert.equal(plan.arrivalsMs.length, 4)
  assert.equal(plan.concurrencyCap, 7)
})

test('of a ramp the stage of every request is known', async () => {
  const stages = [1, 2].map((rate) => ({ rate_per_second: rate, duration_seconds: 2 }))
  const plan = await planLoad(configOf({ mode: 'stages', arrivals: 'constant', stages }))
  assert.ok(plan.kind === 'open')
  assert.deepEqual([...plan.arrivalsMs], [0, 1000, 2000, 2500, 3000, 3500])
  assert.deepEqual([...(plan.stages ?? [])], [0, 0, 1, 1, 1, 1])
})

test('a trace is read in seconds from its first arrival, comments left out', async (t) => {
  const root = await makeFileTree(t, { 'a.txt': '# seconds\n10.5\n\n10 # first\n12\n' })
  const trace = join(root, 'a.txt')
  const plan = await planLoad(configOf({ mode: 'open', arrivals: 'trace', trace }, 3))
  assert.ok(plan.kind === 'open')
  assert.deepEqual([...plan.arrivalsMs], [0, 500, 2000])
})

test('a trace that is missing, too short or no list of numbers is named', async (t) => {
  const root = await makeFileTree(t, { 'short.txt': '1\n', 'words.txt': '1\nsoon\n' })
  const planOf = (name: string) =>
    planLoad(configOf({ mode: 'open', arrivals: 'trace', trace: join(root, name) }, 2))
  await assert.rejects(planOf('none.txt'), /cannot read the arrivals .*none\.txt/)
  await assert.rejects(planOf('short.txt'), /it has 1 arrivals where n asks for 2/)
  await assert.rejects(planOf('words.txt'), /line 2: expected seconds, found soon/)
})
