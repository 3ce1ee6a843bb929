import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { experimentParser } from '../config/experimentParser.ts'
import { planOf } from '../testing/plannedStudy.ts'
import { temporary } from '../testing/watchStudy.ts'
import { findUnready } from './findUnready.ts'
import { loadSections } from './loadSections.ts'

type Written = Readonly<Record<string, unknown>>

async function codesOf(directory: string, entries: readonly Written[]): Promise<string[]> {
  const { experiments } = await planOf(entries)
  const parser = experimentParser(await loadSections())
  const unready = await findUnready(experiments, { parser, directory })
  return unready.map(({ label, problem }) => `${label}: ${problem.code}`)
}

const llamacpp = { backend: 'llamacpp', fake: undefined }

test('files that are missing or cut short are found, whatever they are for', async (t) => {
  const directory = temporary(t)
  writeFileSync(join(directory, 'cut.gguf'), 'GGUF')
  writeFileSync(join(directory, 'prompts.jsonl'), '')
  const found = await codesOf(directory, [
    { n: 1 },
    { n: 2, ...llamacpp, model: 'absent.gguf' },
    { n: 3, ...llamacpp, model: 'cut.gguf' },
    { n: 4, ...llamacpp, model: 'synthetic/tiny' },
    { n: 5, ...llamacpp, model: 'hf:org/repo:q8_0' },
    { n: 6, backend: 'pytorch', fake: undefined, model: './absent' },
    { n: 7, dataset: 'absent.jsonl' },
    { n: 8, dataset: 'prompts.jsonl' },
    { n: 9, load: { mode: 'open', arrivals: 'trace', trace: 'absent.txt' } },
    { n: 10, dataset: './' },
  ])
  assert.deepEqual(
    found.map((one) => one.replace(/^.*n=/, 'n=').replace(/ .*: /, ': ')),
    [
      'n=2: MODEL_FILE_MISSING',
      'n=3: MODEL_FILE_DAMAGED',
      'n=6: MODEL_DIRECTORY_UNUSABLE',
      'n=7: DATASET_UNREADABLE',
      'n=9: TRACE_UNREADABLE',
      'n=10: DATASET_UNREADABLE',
    ],
  )
})

test('in a container the file may be there all the same', async (t) => {
  const { experiments } = await planOf([{ n: 1, dataset: 'absent.jsonl' }])
  const image = { name: 'some/image:1', source: 'study', id: null, digest: null } as const
  const runner = { mode: 'docker', image, source: 'study' } as const
  const both = experiments.flatMap((one) => [one, { ...one, runner }])
  const parser = experimentParser(await loadSections())
  const unready = await findUnready(both, { parser, directory: temporary(t) })
  assert.deepEqual(
    unready.map(({ isHere }) => isHere),
    [true, false],
  )
})

test('paths start where the study was planned', async (t) => {
  const directory = temporary(t)
  writeFileSync(join(directory, 'prompts.jsonl'), '')
  assert.deepEqual(await codesOf(directory, [{ dataset: 'prompts.jsonl' }]), [])
  assert.equal((await codesOf(temporary(t), [{ dataset: 'prompts.jsonl' }])).length, 1)
})
