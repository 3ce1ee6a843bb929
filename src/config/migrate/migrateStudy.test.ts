import assert from 'node:assert/strict'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { z } from 'zod'
import { describeProblem } from '../../core/problem.ts'
import { sampleSections } from '../../testing/sampleSections.ts'
import type { Sections } from '../experimentSchema.ts'
import { parseStudy } from '../parseStudy.ts'
import { type Migration, migrateStudy } from './migrateStudy.ts'

// Each file: `=== study`, what was written for the Python tool, `=== migrated`, that in our words and what became of it.
// LLEM_UPDATE_GOLDEN=1 writes what is said now; read the difference before you commit it.
const goldens = fileURLToPath(new URL('../../../test/fixtures/python-studies', import.meta.url))

/** Backends of the Python tool, with any options. */
const sections: Sections = {
  sources: [
    ...sampleSections.sources,
    { name: 'nvml', title: 'NVML', options: z.strictObject({}) },
  ],
  backends: [
    ...sampleSections.backends,
    ...['pytorch', 'vllm', 'tensorrt'].map((name) => ({
      name,
      title: name,
      options: z.looseObject({}),
    })),
  ],
}

function migrate(text: string): Migration {
  const migrated = migrateStudy(text)
  assert.ok(migrated.ok)
  return migrated.value
}

/** What is still wrong with a study in our words. */
function problemsOf(text: string): string[] {
  const parsed = parseStudy({ written: text, file: 'study.yaml', overrides: [], sections })
  return parsed.ok ? [] : parsed.problems.map(describeProblem)
}

function render({ text, renamed, dropped, added, notes }: Migration): string {
  const lines = [
    ...renamed.map(({ line, from, to }) => `${line} ${from} -> ${to}`),
    ...dropped.map(({ line, key, why }) => `${line} ${key}: ${why}`),
    ...added.map(({ key, value }) => `added ${key}: ${value}`),
    ...notes.map((note) => `note: ${note}`),
    ...problemsOf(text).map((problem) => `still ${problem}`),
  ]
  return `${text}=== report\n${lines.map((line) => `${line}\n`).join('')}`
}

for (const name of readdirSync(goldens)) {
  test(`a study of the Python tool in our words: ${name.replace('.txt', '').replaceAll('-', ' ')}`, () => {
    const path = join(goldens, name)
    const [head = '', expected = ''] = readFileSync(path, 'utf8').split('=== migrated\n')
    const actual = render(migrate(head.replace('=== study\n', '')))
    if (process.env['LLEM_UPDATE_GOLDEN'] === '1')
      writeFileSync(path, `${head}=== migrated\n${actual}`)
    else assert.equal(actual, expected)
  })
}

test('what was rewritten needs no rewriting, and comes out as it is', () => {
  for (const name of readdirSync(goldens)) {
    const [, migrated = ''] = readFileSync(join(goldens, name), 'utf8').split('=== migrated\n')
    const [text = ''] = migrated.split('=== report\n')
    assert.deepEqual(migrate(text), { text, renamed: [], dropped: [], added: [], notes: [] }, name)
  }
})

test('a study in our words comes out as it is, odd spacing and all', () => {
  const text = 'model:   m # x\n\n\ndecoder: {top_k:   5}\nsweep: {n: [1,2]}\n'
  assert.equal(migrate(text).text, text)
})

test('a text that is no YAML is refused with its place', () => {
  const migrated = migrateStudy('task: [\n')
  assert.ok(!migrated.ok && migrated.problems[0]?.line !== undefined)
})

test('200 spoiled studies are refused with a reason, or come out as a text that needs no rewriting', () => {
  const texts = readdirSync(goldens).map((name) => {
    const [head = ''] = readFileSync(join(goldens, name), 'utf8').split('=== migrated\n')
    return head.replace('=== study\n', '')
  })
  const insert = fc.constantFrom(...'\n:-[]{}"&*#, ', '<<: *x', 'null', '{}', '[]')
  const edits = fc.array(fc.tuple(fc.nat(), fc.nat(6), insert), { minLength: 1, maxLength: 3 })
  fc.assert(
    fc.property(fc.constantFrom(...texts), edits, (text, changes) => {
      const spoiled = changes.reduce((before, [at, length, added]) => {
        const start = at % (before.length + 1)
        return before.slice(0, start) + added + before.slice(start + length)
      }, text)
      const migrated = migrateStudy(spoiled)
      if (!migrated.ok) return assert.ok(migrated.problems.length > 0)
      const { renamed, dropped } = migrate(migrated.value.text)
      assert.deepEqual([renamed, dropped], [[], []], spoiled)
    }),
    { seed: 4, numRuns: 200 },
  )
})
