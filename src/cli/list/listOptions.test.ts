import assert from 'node:assert/strict'
import { test } from 'node:test'
import { z } from 'zod'
import { parseOverride } from '../../config/overrides.ts'
import { parseStudy } from '../../config/parseStudy.ts'
import { paintFor } from '../../report/paint.ts'
import { sampleSections } from '../../testing/sampleSections.ts'
import { listOptions, renderOptions } from './listOptions.ts'
import { optionsIn } from './optionsIn.ts'

const options = listOptions(sampleSections)

test('a key is listed with what it expects, its default and its meaning', () => {
  assert.deepEqual(
    options.find(({ key }) => key === 'max_output_tokens'),
    {
      key: 'max_output_tokens',
      expects: 'a whole number of at least 1',
      default: 128,
      meaning: 'tokens generated for every request',
    },
  )
})

test('keys of plug-ins are listed under their section', () => {
  const keys = options.map(({ key }) => key)
  assert.ok(keys.includes('llamacpp.threads'))
  assert.ok(keys.includes('energy.cpu-estimate.tdp_watts'))
  assert.ok(!keys.includes('energy') && !keys.includes('llamacpp'))
})

test('every key with a default can be set to it with --set', () => {
  const overrides = options
    .filter(({ default: fallback }) => fallback !== null)
    // Keys that exclude each other: a section of another backend, lengths of another distribution,
    // another way of arriving.
    .filter(({ key }) => !/^(fake|prompt_length|load)\./.test(key))
    .map(({ key, default: fallback }) => parseOverride(`${key}=${JSON.stringify(fallback)}`))
  const parsed = parseStudy({
    written: 'model: synthetic/tiny',
    file: 'study.yaml',
    overrides,
    sections: sampleSections,
  })
  assert.ok(parsed.ok, JSON.stringify(parsed))
})

test('the keys of one section are those below its name', () => {
  const keysIn = (name: string) => optionsIn(name, options, sampleSections).map(({ key }) => key)
  assert.ok(keysIn('llamacpp').includes('llamacpp.threads'))
  assert.ok(keysIn('llamacpp').every((key) => key.startsWith('llamacpp.')))
  assert.deepEqual(keysIn('cpu-estimate'), ['energy.cpu-estimate.tdp_watts'])
  assert.deepEqual(keysIn('energy.cpu-estimate'), ['energy.cpu-estimate.tdp_watts'])
  assert.ok(keysIn('load').includes('load.concurrency'))
})

test('a plug-in without options has no keys, and a name that nothing has is told with the nearest', () => {
  const bare = {
    ...sampleSections,
    sources: [{ name: 'bare', title: 'Bare', options: z.strictObject({}) }],
  }
  assert.deepEqual(optionsIn('bare', listOptions(bare), bare), [])
  assert.throws(() => optionsIn('llamacp', options, sampleSections), {
    code: 'USAGE',
    hint: /Did you mean llamacpp\?/,
  })
})

test('a key is one line and its meaning the next', () => {
  const seed = options.filter(({ key }) => key === 'random_seed')
  assert.equal(
    renderOptions(seed, { width: 80, paint: paintFor(false) }),
    'random_seed  a whole number from 0 to 4294967295; default 42\n' +
      '    seed of prompts, weights and sampling\n',
  )
})
