import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { AppError } from '../core/errors.ts'
import { arbitraryStudy } from '../testing/arbitraryStudy.ts'
import { sampleSections as sections } from '../testing/sampleSections.ts'
import { spoiledStudy, textsOf } from '../testing/spoiledStudy.ts'
import { parseLayers } from './parseStudy.ts'
import { studyLayer } from './studyLayer.ts'

/** The texts of a study and of its base, parsed as if they lay in files. */
function parse(texts: readonly string[]) {
  const layers = texts.map((text, index) => studyLayer(fileNames[index] ?? '', text))
  return parseLayers({ file: 'study.yaml', layers, problems: [], overrides: [], sections })
}
const fileNames = ['study.yaml', 'base.yaml']

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
