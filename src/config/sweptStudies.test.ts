import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formatPath } from '../core/problem.ts'
import { sampleSections as sections } from '../testing/sampleSections.ts'
import { parseOverride } from './overrides.ts'
import { type LoadedStudy, parseStudy } from './parseStudy.ts'

function studyOf(written: string, ...sets: string[]): LoadedStudy {
  const overrides = sets.map(parseOverride)
  const parsed = parseStudy({ written, file: 'study.yaml', overrides, sections })
  if (!parsed.ok) assert.fail(parsed.problems.map(({ message }) => message).join('\n'))
  return parsed.value
}

/** What was written for each candidate, and for those that cannot run why. */
function candidatesOf(written: string, ...sets: string[]): unknown[] {
  const study = studyOf(written, ...sets)
  const candidates = [...study.candidates()]
  assert.equal(candidates.length, study.count)
  return candidates.map(({ declared, parsed }) =>
    parsed.ok
      ? declared
      : parsed.problems.map(
          ({ path, line, column, message }) => `${line}:${column} ${formatPath(path)}: ${message}`,
        ),
  )
}

test('a file without a sweep and without entries is a study of one', () => {
  assert.deepEqual(candidatesOf('model: m\nn: 3\nname: one\noutput: {results_dir: there}'), [
    { model: 'm', n: 3 },
  ])
  const { axes, settings } = studyOf('model: m\nname: one\noutput: {results_dir: there}')
  assert.deepEqual(axes, [])
  assert.deepEqual([settings.name, settings.output.results_dir], ['one', 'there'])
})

test('the sweep comes first, then the explicit entries, each laid over the shared fields', () => {
  const study = studyOf(`model: m
decoder: {top_k: 5}
sweep:
  n: [1, 2]
experiments:
  - {n: 7, decoder: {temperature: 1}}
  - {model: other}
`)
  assert.deepEqual(
    [...study.candidates()].map(({ origin, declared }) => ({ ...origin, declared })),
    [
      { from: 'sweep', index: 0, declared: { model: 'm', decoder: { top_k: 5 }, n: 1 } },
      { from: 'sweep', index: 1, declared: { model: 'm', decoder: { top_k: 5 }, n: 2 } },
      {
        from: 'experiments',
        index: 0,
        declared: { model: 'm', decoder: { top_k: 5, temperature: 1 }, n: 7 },
      },
      { from: 'experiments', index: 1, declared: { model: 'other', decoder: { top_k: 5 } } },
    ],
  )
})

test('entries alone leave no experiment of the shared fields', () => {
  assert.deepEqual(candidatesOf('model: m\nexperiments: [{n: 1}]'), [{ model: 'm', n: 1 }])
})

test('axes and groups are listed with their size, scoped ones with their backend', () => {
  const { axes } = studyOf(`model: m
sweep:
  backend: [llamacpp, fake]
  llamacpp.threads: [1, 2, 4]
  length:
    - {}
    - {max_input_tokens: 64, max_output_tokens: [8, 16]}
`)
  assert.deepEqual(axes, [
    { key: 'backend', kind: 'axis', backend: null, values: 2 },
    { key: 'llamacpp.threads', kind: 'axis', backend: 'llamacpp', values: 3 },
    { key: 'length', kind: 'group', backend: null, values: 3 },
  ])
})

test('shared sections go to their own backend, in the sweep and in entries', () => {
  const text = `model: m
llamacpp: {threads: 2}
fake: {tokens_per_second: 5}
sweep: {backend: [llamacpp, fake]}
experiments: [{backend: fake, fake: {tokens_per_second: 7}}]
`
  assert.deepEqual(candidatesOf(text), [
    { model: 'm', backend: 'llamacpp', llamacpp: { threads: 2 } },
    { model: 'm', backend: 'fake', fake: { tokens_per_second: 5 } },
    { model: 'm', backend: 'fake', fake: { tokens_per_second: 7 } },
  ])
})

test('a section under a foreign backend in an entry makes that entry invalid, and only that', () => {
  assert.deepEqual(
    candidatesOf('model: m\nexperiments:\n  - {n: 1}\n  - {backend: fake, llamacpp: {}}\n'),
    [
      { model: 'm', n: 1 },
      [
        '4:21 experiments[1].llamacpp: expected no section of another backend, found llamacpp while backend is fake',
      ],
    ],
  )
})

test('a rule between values makes a combination invalid, at the place of the value that breaks it', () => {
  const text = `model: m
sweep:
  precision: [fp16, fp8]
  backend: [llamacpp, fake]
  tail:
    - max_output_tokens: [8, 64]
      decoder.min_new_tokens: 16
experiments:
  - {prompt_length: {min_tokens: 9, max_tokens: 8}}
`
  const reasons = [
    '3:21 sweep.precision[1]: expected a precision of GGUF, found fp8',
    '7:31 sweep.tail[0]."decoder.min_new_tokens": expected at most max_output_tokens (8), found 16',
    '9:34 experiments[0].prompt_length.min_tokens: expected at most max_tokens, found 9',
  ]
  assert.deepEqual(
    candidatesOf(text).map((one) =>
      Array.isArray(one) ? one.map((line) => reasons.indexOf(String(line))) : 'valid',
    ),
    [[1], 'valid', [1, 0], [0], [1], 'valid', [1], 'valid', [2]],
  )
})

test('what a combination breaks by defaults is no mistake of the file', () => {
  const text =
    'model: m\nprompt_length: {min_tokens: 600}\nsweep: {prompt_length.max_tokens: [400, 700]}'
  assert.equal(candidatesOf(text).filter(Array.isArray).length, 1)
})

test('an override replaces a sweep of its field, and what entries say of it', () => {
  const text = `model: m
sweep:
  n: [1, 2]
  decoder.top_k: [1, 5]
experiments:
  - {n: 9, decoder: {top_k: 3}}
  - {max_output_tokens: 5}
`
  assert.deepEqual(candidatesOf(text, 'n=4', 'decoder.top_k=0'), [
    { model: 'm', n: 4, decoder: { top_k: 0 } },
    { model: 'm', n: 4, decoder: { top_k: 0 } },
    { model: 'm', n: 4, decoder: { top_k: 0 }, max_output_tokens: 5 },
  ])
  assert.equal(studyOf(text, 'decoder={preset: standard}').count, 4)
})

test('an override of the backend leaves out what is written for the others', () => {
  const text = `model: m
llamacpp: {gpu: off}
sweep:
  llamacpp.threads: [1, 2]
  backend: [llamacpp, fake]
  n: [1, 2]
  cache: [{llamacpp.layers: 5, max_output_tokens: 3}]
experiments:
  - {llamacpp: {threads: 9}, n: 5}
`
  assert.deepEqual(candidatesOf(text, 'backend=fake'), [
    { model: 'm', n: 1, max_output_tokens: 3, backend: 'fake' },
    { model: 'm', n: 2, max_output_tokens: 3, backend: 'fake' },
    { model: 'm', n: 5, backend: 'fake' },
  ])
})

test('an override can add an axis, its dots and all', () => {
  assert.deepEqual(candidatesOf('model: m', 'sweep.decoder.top_k=[1, 2]'), [
    { model: 'm', decoder: { top_k: 1 } },
    { model: 'm', decoder: { top_k: 2 } },
  ])
})

test('a rewritten study means the same without its overrides', () => {
  const text = `model: m
sweep: {n: [1, 2], llamacpp.threads: [1, 2]}
experiments: [{n: 3}, {backend: fake}]
`
  const sets = ['backend=fake', 'n=8', 'name=other']
  const rewritten = studyOf(text, ...sets)
  assert.deepEqual(candidatesOf(rewritten.text), candidatesOf(text, ...sets))
  assert.equal(studyOf(rewritten.text).settings.name, 'other')
})

test('anchors and merge keys work inside a sweep and in entries', () => {
  const text = `model: m
decoder: &greedy {top_k: 1}
sweep:
  kind:
    - &short {n: 1, max_output_tokens: 8}
    - {<<: *short, n: 2}
experiments:
  - &one {n: 3}
  - {<<: *one, decoder: {<<: *greedy, temperature: 1}}
`
  assert.deepEqual(candidatesOf(text), [
    { model: 'm', decoder: { top_k: 1 }, n: 1, max_output_tokens: 8 },
    { model: 'm', decoder: { top_k: 1 }, n: 2, max_output_tokens: 8 },
    { model: 'm', decoder: { top_k: 1 }, n: 3 },
    { model: 'm', decoder: { top_k: 1, temperature: 1 }, n: 3 },
  ])
})

test('presets that are swept never contaminate each other', () => {
  const study = studyOf(
    'model: m\ndecoder: {top_k: 7}\nsweep: {decoder.preset: [standard, creative, factual, deterministic]}',
  )
  const decoders = [...study.candidates()].map(({ parsed }) =>
    parsed.ok ? parsed.value.config.decoder : null,
  )
  assert.deepEqual(
    decoders.map((decoder) => [decoder?.temperature, decoder?.top_p, decoder?.repetition_penalty]),
    [
      [1, 0.95, 1],
      [0.8, 0.9, 1.1],
      [0.3, 1, 1],
      [0, 1, 1],
    ],
  )
  assert.ok(decoders.every((decoder) => decoder?.top_k === 7))
})

test('candidates can be made again, and are the same', () => {
  const study = studyOf('model: m\nsweep: {n: [1, 2]}\nexperiments: [{n: 3}]')
  assert.deepEqual([...study.candidates()], [...study.candidates()])
})
