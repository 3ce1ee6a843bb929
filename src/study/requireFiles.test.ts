import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { experimentParser } from '../config/experimentParser.ts'
import type { RunnerSpec } from '../store/experimentFile.ts'
import { planOf } from '../testing/plannedStudy.ts'
import { temporary } from '../testing/watchStudy.ts'
import { loadSections } from './loadSections.ts'
import { requireFiles } from './requireFiles.ts'

interface World {
  directory: string
  /** Runs a study with one experiment for each of these datasets. */
  require(datasets: readonly string[], runner?: RunnerSpec): Promise<void>
}

function world(t: TestContext): World {
  const directory = temporary(t)
  writeFileSync(join(directory, 'there.jsonl'), '')
  return {
    directory,
    async require(datasets, runner) {
      const plan = await planOf(datasets.map((dataset, random_seed) => ({ dataset, random_seed })))
      const experiments = plan.experiments.map((one) => ({ ...one, runner: runner ?? one.runner }))
      const source = { ...plan.source, workingDirectory: directory }
      const parser = experimentParser(await loadSections())
      await requireFiles({ ...plan, experiments, source }, { parser })
    },
  }
}

test('a study is refused when none of its experiments has its files', async (t) => {
  const { directory, require } = world(t)
  const one = { code: 'DATASET_UNREADABLE', message: /there is no file/, exitCode: 2 }
  await assert.rejects(require(['a.jsonl']), one)
  await assert.rejects(require(['a.jsonl', 'a.jsonl']), one)
  await assert.rejects(require(['a.jsonl', 'b.jsonl']), (error: Error) => {
    assert.ok(error.message.includes(join(directory, 'b.jsonl')))
    return true
  })
})

test('a study runs when some experiments have their files, or when they run in containers', async (t) => {
  const { require } = world(t)
  await require(['a.jsonl', 'there.jsonl'])
  const image = { name: 'some/image:1', source: 'study', id: null, digest: null } as const
  await require(['a.jsonl'], { mode: 'docker', image, source: 'study' })
})
