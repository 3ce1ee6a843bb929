import assert from 'node:assert/strict'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { AppError } from '../core/errors.ts'
import { sampleSections as sections } from '../testing/sampleSections.ts'
import { soleExperiment } from '../testing/soleExperiment.ts'
import { parseOverride } from './overrides.ts'
import { parseLayers, parseStudy } from './parseStudy.ts'
import { studyLayer } from './studyLayer.ts'

// Each file: overrides one a line, then `=== file`, the study, `=== base NAME` and that, `=== problems`, the text people read.
// LLEM_UPDATE_GOLDEN=1 writes what is said now; read the difference before you commit it.
const goldens = fileURLToPath(new URL('../../test/fixtures/malformed-studies', import.meta.url))

for (const name of readdirSync(goldens)) {
  test(`malformed study: ${name.replace('.txt', '').replaceAll('-', ' ')}`, () => {
    const path = join(goldens, name)
    const golden = readFileSync(path, 'utf8')
    const [head = '', expected = ''] = golden.split('=== problems\n')
    const [sets = '', files = ''] = head.split('=== file\n')
    const overrides = [...sets.matchAll(/^--set (.*)$/gm)].map(([, set = '']) => parseOverride(set))
    const [text = '', ...bases] = files.split(/^=== base (?=.*\n)/m)
    const layers = [
      studyLayer('study.yaml', text),
      ...bases.map((base) => {
        const [file = ''] = base.split('\n')
        return studyLayer(file, base.slice(file.length + 1))
      }),
    ]
    const parsed = parseLayers({ file: 'study.yaml', layers, problems: [], overrides, sections })
    assert.equal(parsed.ok, false)
    const problems = parsed.ok ? [] : parsed.problems
    const { message } = new AppError('CONFIG_INVALID', { file: 'study.yaml', problems })
    if (process.env['LLEM_UPDATE_GOLDEN'] === '1')
      writeFileSync(path, `${head}=== problems\n${message}\n`)
    else assert.equal(`${message}\n`, expected)
  })
}

test('the text of a study with overrides is a study that means the same without them', () => {
  const overrides = ['n=7', 'dataset=a\n  b', 'decoder.preset=creative'].map(parseOverride)
  const first = parseStudy({
    written: 'model: synthetic/tiny\nn: 3 # few\n',
    file: 'study.yaml',
    overrides,
    sections,
  })
  assert.ok(first.ok)
  assert.match(
    first.value.text,
    /^# study\.yaml with --set n=7 --set dataset=a b --set decoder\.preset=creative\n/,
  )
  const again = parseStudy({ written: first.value.text, file: 'again', overrides: [], sections })
  assert.ok(again.ok)
  assert.deepEqual(soleExperiment(again.value), soleExperiment(first.value))
})

test('a study may come from overrides alone; their problems have no line', () => {
  const from = (...sets: string[]) =>
    parseStudy({
      written: null,
      file: 'the command line',
      overrides: sets.map(parseOverride),
      sections,
    })
  const good = from('model=synthetic/tiny', 'n=2')
  assert.equal(good.ok && soleExperiment(good.value).experiment.config.n, 2)
  const bad = from('n=0')
  assert.deepEqual(!bad.ok && bad.problems, [
    { path: ['model'], message: 'expected text, which is required' },
    {
      path: ['n'],
      message: 'expected a whole number of at least 1, found 0',
      origin: '--set n=0',
    },
  ])
})

test('aliases that would unfold into millions of values, and levels without end, are refused', () => {
  const levels = Array.from(
    { length: 9 },
    (_, i) => `k${i + 1}: &a${i + 1} [${`*a${i}, `.repeat(9)}]`,
  )
  const bomb = `k0: &a0 [x]\n${levels.join('\n')}\n`
  for (const text of [bomb, '['.repeat(20_000), `model: ${'{a: '.repeat(20_000)}`]) {
    const parsed = parseStudy({ written: text, file: 'study.yaml', overrides: [], sections })
    assert.ok(!parsed.ok && parsed.problems.length > 0)
    assert.ok(!parsed.ok && parsed.problems.length <= 10)
  }
})

test('an order that balances what runs after what does not go with runs side by side', () => {
  const refused = (order: string) => {
    const written = `model: synthetic/tiny\nexecution:\n  parallel: auto\n  cycle_order: ${order}\n`
    const parsed = parseStudy({ written, file: 'study.yaml', overrides: [], sections })
    return parsed.ok ? [] : parsed.problems
  }
  assert.deepEqual(refused('shuffled'), [])
  assert.deepEqual(refused('latin_square'), [
    {
      path: ['execution', 'parallel'],
      line: 3,
      column: 13,
      message:
        'expected off with cycle_order latin_square, which balances what runs after what, found "auto"',
    },
  ])
})
