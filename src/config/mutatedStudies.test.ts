import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { stringify } from 'yaml'
import { AppError } from '../core/errors.ts'
import { type ArbitraryStudy, arbitraryStudy } from '../testing/arbitraryStudy.ts'
import { sampleSections as sections } from '../testing/sampleSections.ts'
import { parseLayers } from './parseStudy.ts'
import { studyLayer } from './studyLayer.ts'

type Path = readonly (string | number)[]

/** The texts of a study and of its base, parsed as if they lay in files. */
function parse(texts: readonly string[]) {
  const layers = texts.map((text, index) => studyLayer(fileNames[index] ?? '', text))
  return parseLayers({ file: 'study.yaml', layers, problems: [], overrides: [], sections })
}
const fileNames = ['study.yaml', 'base.yaml']

const textsOf = ({ study, base }: ArbitraryStudy): string[] =>
  [study, ...(base === null ? [] : [base])].map((value) => stringify(value))

test('the count of any study is the rule of products plus its entries, and every candidate can run', () => {
  fc.assert(
    fc.property(arbitraryStudy, (study) => {
      const parsed = parse(textsOf(study))
      if (!parsed.ok) assert.fail(JSON.stringify(parsed.problems))
      const candidates = [...parsed.value.candidates()]
      assert.equal(parsed.value.count, study.count)
      assert.equal(candidates.length, study.count)
      assert.ok(candidates.every((candidate) => candidate.parsed.ok))
    }),
    { seed: 3, numRuns: 200 },
  )
})

/** The paths of every leaf and section of a value, elements of lists included. */
function pathsOf(value: unknown, path: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [path]
  const inner = Object.entries(value).flatMap(([key, member]) =>
    pathsOf(member, [...path, Array.isArray(value) ? Number(key) : key]),
  )
  return path.length === 0 ? inner : [path, ...inner]
}

/** Values of a kind that no key of a study takes, so that the result is certainly wrong. */
const misfit = fc.oneof(
  fc.constant(null),
  fc.constant([['nested']]),
  fc.constant({ no_such_key: 1 }),
  fc.constant(-1.5),
)

type Mutation = (written: unknown, path: Path, value: unknown) => unknown
const setAt: Mutation = (written, [key, ...rest], value) => {
  if (key === undefined) return value
  if (Array.isArray(written))
    return written.map((one, index) => (index === key ? setAt(one, rest, value) : one))
  const section = typeof written === 'object' && written !== null ? written : {}
  const old = Object.entries(section).find(([name]) => name === key)?.[1]
  return { ...section, [key]: setAt(old, rest, value) }
}
const addKey: Mutation = (written, path, value) => {
  const isElement = typeof path.at(-1) === 'number'
  return setAt(written, isElement ? path : [...path.slice(0, -1), `${path.at(-1)}_zz`], value)
}

/** One place of the study or of its base spoiled. */
const spoiledStudy = fc
  .tuple(arbitraryStudy, fc.nat(), misfit, fc.constantFrom(setAt, addKey))
  .map(([{ study, base }, pick, value, mutate]) => {
    const values = [study, ...(base === null ? [] : [base])]
    const places = values.flatMap((one, index) =>
      pathsOf(one)
        .filter(([first]) => first !== 'base')
        .map((path) => ({ index, path })),
    )
    const { index, path } = places[pick % places.length] ?? { index: 0, path: [] }
    return values.map((one, at) => stringify(at === index ? mutate(one, path, value) : one))
  })

test('200 valid studies with one value or key spoiled are bad input, each problem with its position', () => {
  fc.assert(
    fc.property(spoiledStudy, (texts) => {
      const parsed = parse(texts)
      if (parsed.ok) assert.fail(`expected problems in\n${texts.join('---\n')}`)
      const { exitCode } = new AppError('CONFIG_INVALID', { file: 'x', problems: parsed.problems })
      assert.equal(exitCode, 2)
      for (const { file = 'study.yaml', line, column, message } of parsed.problems) {
        assert.match(message, /^expected /)
        assert.ok(line !== undefined && column !== undefined)
        const lines = (texts[fileNames.indexOf(file)] ?? '').split('\n')
        assert.ok(line <= lines.length && column <= (lines[line - 1] ?? '').length + 1)
      }
    }),
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
      arbitraryStudy,
      fc.array(fc.tuple(fc.nat(), fc.nat(3), foreign), { minLength: 1, maxLength: 4 }),
      (study, edits) => {
        const [written = '', ...bases] = textsOf(study)
        const spoiled = edits.reduce((text, [at, length, insert]) => {
          const start = at % (text.length + 1)
          return text.slice(0, start) + insert + text.slice(start + length)
        }, written)
        const parsed = parse([spoiled, ...bases])
        if (parsed.ok) return
        assert.ok(parsed.problems.length > 0)
        for (const { line, column } of parsed.problems)
          assert.ok(line !== undefined && column !== undefined, spoiled)
      },
    ),
    { seed: 2, numRuns: 200 },
  )
})
