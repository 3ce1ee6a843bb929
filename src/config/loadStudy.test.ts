import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { AppError } from '../core/errors.ts'
import { sampleSections as sections } from '../testing/sampleSections.ts'
import { loadStudy, parseStudy } from './loadStudy.ts'
import { parseOverride } from './overrides.ts'

// Each file: overrides one a line, then `=== file`, the study, `=== problems`, the text people read.
// LLEM_UPDATE_GOLDEN=1 writes what is said now; read the difference before you commit it.
const goldens = fileURLToPath(new URL('../../test/fixtures/malformed-studies', import.meta.url))

for (const name of readdirSync(goldens)) {
  test(`malformed study: ${name.replace('.txt', '').replaceAll('-', ' ')}`, () => {
    const path = join(goldens, name)
    const golden = readFileSync(path, 'utf8')
    const [head = '', expected = ''] = golden.split('=== problems\n')
    const [sets = '', text = ''] = head.split('=== file\n')
    const overrides = [...sets.matchAll(/^--set (.*)$/gm)].map(([, set = '']) => parseOverride(set))
    const parsed = parseStudy({ text, file: 'study.yaml', overrides, sections })
    assert.equal(parsed.ok, false)
    const problems = parsed.ok ? [] : parsed.problems
    const { message } = new AppError('CONFIG_INVALID', { file: 'study.yaml', problems })
    if (process.env['LLEM_UPDATE_GOLDEN'] === '1')
      writeFileSync(path, `${head}=== problems\n${message}\n`)
    else assert.equal(`${message}\n`, expected)
  })
}

const load = (path: string) => loadStudy(path, { overrides: [], sections })
const refused = (code: string, cause: RegExp) => (thrown: unknown) =>
  thrown instanceof AppError && thrown.code === code && cause.test(thrown.message)

function fileOf(t: TestContext, content: string | Uint8Array, name = 'study.yaml'): string {
  const folder = mkdtempSync(join(tmpdir(), 'llem-study-'))
  t.after(() => rmSync(folder, { recursive: true }))
  writeFileSync(join(folder, name), content)
  return join(folder, name)
}

test('a study with anchors, merges and a byte order mark is loaded as it was written', async (t) => {
  const text = `\ufeffmodel: synthetic/tiny
name: chat-v1.2
decoder: &greedy {top_k: 1}
warmup: {max_prompts: 30}
execution: {experiment_timeout_seconds: 60}
llamacpp:
  <<: {threads: 2}
energy:
  sources: [rapl]
  cpu-estimate: {tdp_watts: 65}
`
  const study = await load(fileOf(t, text))
  assert.equal(study.text, text.slice(1))
  assert.equal(study.settings.name, 'chat-v1.2')
  assert.equal(study.settings.execution.experiment_timeout_seconds, 60)
  assert.equal(study.settings.execution.silence_timeout_seconds, 300)
  const [only] = study.experiments
  assert.equal(study.experiments.length, 1)
  assert.deepEqual(only?.declared, {
    model: 'synthetic/tiny',
    decoder: { top_k: 1 },
    warmup: { max_prompts: 30 },
    llamacpp: { threads: 2 },
    energy: { sources: ['rapl'], 'cpu-estimate': { tdp_watts: 65 } },
  })
  assert.equal(only.experiment.config.decoder.top_k, 1)
  assert.equal(only.experiment.config.n, 100)
  assert.deepEqual(only.experiment.backendOptions, {
    threads: 2,
    gpu: 'auto',
    flash_attention: false,
    layers: 'all',
  })
  assert.deepEqual(only.experiment.energyOptions, { rapl: {}, 'cpu-estimate': { tdp_watts: 65 } })
})

test('JSON is a study too', async (t) => {
  const study = await load(
    fileOf(t, '{\n\t"model": "synthetic/tiny",\n\t"n": 3\n}\n', 'study.json'),
  )
  assert.equal(study.experiments[0]?.experiment.config.n, 3)
})

test('the text of a study with overrides is a study that means the same without them', () => {
  const overrides = ['n=7', 'dataset=a\n  b', 'decoder.preset=creative'].map(parseOverride)
  const first = parseStudy({
    text: 'model: synthetic/tiny\nn: 3 # few\n',
    file: 'study.yaml',
    overrides,
    sections,
  })
  assert.ok(first.ok)
  assert.match(
    first.value.text,
    /^# study\.yaml with --set n=7 --set dataset=a b --set decoder\.preset=creative\n/,
  )
  const again = parseStudy({ text: first.value.text, file: 'again', overrides: [], sections })
  assert.ok(again.ok)
  assert.deepEqual(again.value.experiments, first.value.experiments)
})

test('a study may come from overrides alone; their problems have no line', () => {
  const from = (...sets: string[]) =>
    parseStudy({
      text: null,
      file: 'the command line',
      overrides: sets.map(parseOverride),
      sections,
    })
  const good = from('model=synthetic/tiny', 'n=2')
  assert.equal(good.ok && good.value.experiments[0]?.experiment.config.n, 2)
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

test('a file that cannot be a study says why', async (t) => {
  await assert.rejects(
    load('/nowhere/study.yaml'),
    refused('CONFIG_UNREADABLE', /: there is no such file$/),
  )
  await assert.rejects(load(tmpdir()), refused('CONFIG_UNREADABLE', /: it is a directory$/))
  await assert.rejects(load('/dev/zero'), refused('CONFIG_UNREADABLE', /larger than 1\.0 MiB/))
  const large = fileOf(t, `model: x\n${'# filler\n'.repeat(1.2e6)}`)
  await assert.rejects(load(large), refused('CONFIG_UNREADABLE', /larger than 1\.0 MiB/))
  const latin = fileOf(t, Uint8Array.of(0x6d, 0x3a, 0x20, 0xe9, 0x0a))
  await assert.rejects(load(latin), refused('CONFIG_UNREADABLE', /not UTF-8/))
  const typo = fileOf(t, 'model: x\nm: 1\nl: 2\n')
  await assert.rejects(
    load(typo),
    refused('CONFIG_INVALID', /2 problems\n {2}2:1 m: .*\n {2}3:1 l: /),
  )
})

test('aliases that would unfold into millions of values, and levels without end, are refused', () => {
  const levels = Array.from(
    { length: 9 },
    (_, i) => `k${i + 1}: &a${i + 1} [${`*a${i}, `.repeat(9)}]`,
  )
  const bomb = `k0: &a0 [x]\n${levels.join('\n')}\n`
  for (const text of [bomb, '['.repeat(20_000), `model: ${'{a: '.repeat(20_000)}`]) {
    const parsed = parseStudy({ text, file: 'study.yaml', overrides: [], sections })
    assert.ok(!parsed.ok && parsed.problems.length > 0)
    assert.ok(!parsed.ok && parsed.problems.length <= 10)
  }
})
