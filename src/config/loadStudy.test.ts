import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { AppError } from '../core/errors.ts'
import { sampleSections as sections } from '../testing/sampleSections.ts'
import { soleExperiment } from '../testing/soleExperiment.ts'
import { loadStudy } from './loadStudy.ts'
import { parseStudy } from './parseStudy.ts'

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
  const { declared, experiment } = soleExperiment(study)
  assert.deepEqual(declared, {
    model: 'synthetic/tiny',
    decoder: { top_k: 1 },
    warmup: { max_prompts: 30 },
    llamacpp: { threads: 2 },
    energy: { sources: ['rapl'], 'cpu-estimate': { tdp_watts: 65 } },
  })
  assert.equal(experiment.config.decoder.top_k, 1)
  assert.equal(experiment.config.n, 100)
  assert.deepEqual(experiment.backendOptions, {
    threads: 2,
    gpu: 'auto',
    flash_attention: false,
    layers: 'all',
  })
  assert.deepEqual(experiment.energyOptions, { 'cpu-estimate': { tdp_watts: 65 } })
})

test('JSON is a study too', async (t) => {
  const study = await load(
    fileOf(t, '{\n\t"model": "synthetic/tiny",\n\t"n": 3\n}\n', 'study.json'),
  )
  assert.equal(soleExperiment(study).experiment.config.n, 3)
})

test('a file that cannot be a study says why', async (t) => {
  await assert.rejects(
    load('/nowhere/study.yaml'),
    refused('CONFIG_UNREADABLE', /: there is no file \/nowhere\/study\.yaml$/),
  )
  await assert.rejects(load(tmpdir()), refused('CONFIG_UNREADABLE', / is a directory$/))
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

/** Writes files into one folder and returns the path of the first. */
function filesOf(t: TestContext, files: Record<string, string>): string {
  const folder = mkdtempSync(join(tmpdir(), 'llem-study-'))
  t.after(() => rmSync(folder, { recursive: true }))
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), content)
  }
  return join(folder, Object.keys(files)[0] ?? '')
}

test('a base is found beside the file that names it, and what is written above is laid over it', async (t) => {
  const study = await load(
    filesOf(t, {
      'study.yaml': 'base: shared/middle.yaml\ndecoder: {top_k: 1}\nsweep: {n: [1, 2]}\n',
      'shared/middle.yaml': 'base: ../deep.json\ndecoder: {top_k: 9, top_p: 0.5}\n',
      'deep.json':
        '{"model": "m", "decoder": {"temperature": 1}, "sweep": {"n": [7], "random_seed": [1, 2]}}',
    }),
  )
  const declared = [...study.candidates()].map((candidate) => candidate.declared)
  assert.equal(declared.length, 4)
  assert.deepEqual(declared[0], {
    model: 'm',
    decoder: { temperature: 1, top_p: 0.5, top_k: 1 },
    n: 1,
    random_seed: 1,
  })
  assert.match(study.text, /^# \S+study\.yaml over \S+shared\/middle\.yaml over \S+deep\.json\n/)
  const alone = parseStudy({ written: study.text, file: 'x', overrides: [], sections })
  assert.ok(alone.ok)
  assert.deepEqual([...alone.value.candidates()], [...study.candidates()])
})

test('sections in a base are for those studies that use their backend', async (t) => {
  const base =
    'model: m\nllamacpp: {threads: 2}\nfake: {tokens_per_second: 5}\nsweep: {fake.tokens_per_second: [1]}\n'
  const study = await load(
    filesOf(t, { 'study.yaml': 'base: base.yaml\nbackend: llamacpp\n', 'base.yaml': base }),
  )
  assert.deepEqual(soleExperiment(study).declared, {
    model: 'm',
    backend: 'llamacpp',
    llamacpp: { threads: 2 },
  })
})

test('a base that is missing, broken or leads back is a problem at its name', async (t) => {
  const problemsOf = async (files: Record<string, string>): Promise<string> => {
    const path = filesOf(t, files)
    const thrown = await load(path).then(
      () => null,
      (error) => error,
    )
    assert.ok(thrown instanceof AppError && thrown.code === 'CONFIG_INVALID')
    return thrown.message.replaceAll(dirname(path), '.')
  }
  assert.match(
    await problemsOf({ 'a.yaml': 'model: m\nbase: b.yaml\n' }),
    /2:7 base: cannot read \.\/b\.yaml: there is no file .*b\.yaml/,
  )
  assert.match(
    await problemsOf({ 'a.yaml': 'base: b.yaml', 'b.yaml': 'base: ./a.yaml' }),
    /\.\/b\.yaml:1:7 base: expected a base that does not lead back here, found \.\/a\.yaml again/,
  )
  assert.match(
    await problemsOf({ 'a.yaml': 'base: b.yaml', 'b.yaml': 'model: m\nn: [' }),
    /\.\/b\.yaml:2:/,
  )
  assert.match(
    await problemsOf({ 'a.yaml': 'model: m\nbase: 5' }),
    /2:7 base: expected the path of another study file, found 5/,
  )
})

test('a study in code is its default export', async (t) => {
  const study = await load(
    filesOf(t, {
      'my.study.mjs':
        'export default { model: "m", sweep: { "decoder.top_k": [0, 1, 2].map((k) => k * 10) }, n: undefined }',
    }),
  )
  assert.equal(study.count, 3)
  assert.match(study.text, /^# .*my\.study\.mjs\nmodel: m\n/)
  const wrong = load(
    filesOf(t, {
      'x.mjs': 'export default { model: "m", m: 1, base: "b.yaml" }',
      'b.yaml': 'n: 0',
    }),
  )
  await assert.rejects(
    wrong,
    refused('CONFIG_INVALID', /2 problems\n {2}m: .*\n {2}\S+b\.yaml:1:4 n: /),
  )
  const none = load(filesOf(t, { 'x.js': 'export const study = {}' }))
  await assert.rejects(none, refused('CONFIG_UNREADABLE', /no study as its default export/))
  const broken = load(filesOf(t, { 'x.mjs': 'export default {' }))
  await assert.rejects(broken, refused('CONFIG_UNREADABLE', /Unexpected/))
  const typed = load(filesOf(t, { 'x.study.ts': '' }))
  await assert.rejects(typed, refused('CONFIG_UNREADABLE', /compiled first/))
})
