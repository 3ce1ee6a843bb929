import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { stringify } from 'yaml'
import { arbitraryExperiment } from '../testing/arbitraryExperiment.ts'
import { sampleSections as sections } from '../testing/sampleSections.ts'
import { parseStudy } from './parseStudy.ts'

const parse = (text: string) =>
  parseStudy({ written: text, file: 'study.yaml', overrides: [], sections })

/** Keys and values on the way to every leaf and section of a value. */
function pathsOf(value: unknown, path: string[] = []): string[][] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [path]
  const inner = Object.entries(value).flatMap(([key, member]) => pathsOf(member, [...path, key]))
  return path.length === 0 ? inner : [path, ...inner]
}

/** A value of a kind that no key of a study takes, so that the result is certainly wrong. */
const misfit = fc.oneof(
  fc.constant(null),
  fc.constant([['nested']]),
  fc.constant({ no_such_key: 1 }),
  fc.constant(-1.5),
)

type Mutation = (written: unknown, path: readonly string[], value: unknown) => unknown
const setAt: Mutation = (written, [key, ...rest], value) => {
  if (key === undefined) return value
  const section = typeof written === 'object' && written !== null ? written : {}
  const old = Object.entries(section).find(([name]) => name === key)?.[1]
  return { ...section, [key]: setAt(old, rest, value) }
}
const renameAt: Mutation = (written, path, value) => {
  const parent = path.slice(0, -1)
  return setAt(written, [...parent, `${path.at(-1)}_zz`], value)
}

test('200 valid studies with one value or key spoiled yield problems, each with its position', () => {
  fc.assert(
    fc.property(
      arbitraryExperiment,
      fc.nat(),
      misfit,
      fc.constantFrom(setAt, renameAt),
      (written, pick, value, mutate) => {
        const paths = pathsOf(written)
        const text = stringify(mutate(written, paths[pick % paths.length] ?? [], value))
        const parsed = parse(text)
        if (parsed.ok) assert.fail(`expected problems in\n${text}`)
        const lines = text.split('\n')
        for (const { line, column, message } of parsed.problems) {
          assert.match(message, /^expected /)
          assert.ok(line !== undefined && column !== undefined)
          assert.ok(line <= lines.length && column <= (lines[line - 1] ?? '').length + 1)
        }
      },
    ),
    { seed: 2, numRuns: 200 },
  )
})

test('200 texts with characters lost, doubled or foreign are read or refused, never thrown at', () => {
  const foreign = fc.constantFrom(
    ...'\t\n:-[]{}"\'&*!|>%@`#,? <\u0000\u001b\ud800',
    '<<: *x',
    '---\n',
  )
  fc.assert(
    fc.property(
      arbitraryExperiment,
      fc.array(fc.tuple(fc.nat(), fc.nat(3), foreign), { minLength: 1, maxLength: 4 }),
      (written, edits) => {
        const spoiled = edits.reduce((text, [at, length, insert]) => {
          const start = at % (text.length + 1)
          return text.slice(0, start) + insert + text.slice(start + length)
        }, stringify(written))
        const parsed = parse(spoiled)
        if (parsed.ok) return
        assert.ok(parsed.problems.length > 0)
        for (const { line, column } of parsed.problems)
          assert.ok(line !== undefined && column !== undefined, spoiled)
      },
    ),
    { seed: 2, numRuns: 200 },
  )
})
