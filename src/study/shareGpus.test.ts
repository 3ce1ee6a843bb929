import assert from 'node:assert/strict'
import { test } from 'node:test'
import { experimentParser } from '../config/experimentParser.ts'
import { planOf } from '../testing/plannedStudy.ts'
import { loadSections } from './loadSections.ts'
import { runsOf } from './plannedRun.ts'
import { shareGpus } from './shareGpus.ts'

/** How many GPUs each of these takes, where there are four. */
async function countsOf(entries: readonly Record<string, unknown>[]): Promise<(number | null)[]> {
  const plan = await planOf(entries, { parallel: 'auto' })
  const parser = experimentParser(await loadSections())
  const ids = ['GPU-1', 'GPU-2', 'GPU-3', 'GPU-4']
  const listGpus = async () => ({ ids, driverVersion: null, cudaVersion: null })
  const gpus = await shareGpus({ plan, env: {}, parser, listGpus })
  return Promise.all(Array.from(runsOf(plan), (run) => gpus.countOf(run)))
}

test('a run takes as many GPUs as its backend states, and else the machine', async () => {
  const counts = await countsOf([
    { fake: { gpus: 1 } },
    { fake: { gpus: 4 } },
    { fake: { gpus: 5 } },
    { fake: { gpus: 0 } },
  ])
  assert.deepEqual(counts, [1, 4, null, null])
})

test('a run that limits the boards has all of them', async () => {
  const fake = { gpus: 1 }
  assert.deepEqual(await countsOf([{ fake }, { fake, gpu: { power_limit_watts: 300 } }]), [1, null])
})
