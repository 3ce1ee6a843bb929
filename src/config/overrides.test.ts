import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AppError } from '../core/errors.ts'
import { applyOverrides, parseOverride } from './overrides.ts'

const usage = (what: RegExp) => (thrown: unknown) =>
  thrown instanceof AppError && thrown.code === 'USAGE' && what.test(thrown.message)

test('an override is a dotted path and a YAML value', () => {
  assert.deepEqual(parseOverride('decoder.temperature=0.7'), {
    path: ['decoder', 'temperature'],
    value: 0.7,
    origin: '--set decoder.temperature=0.7',
  })
  const parsed = (text: string) => parseOverride(text).value
  assert.equal(parsed('warmup.enabled=false'), false)
  assert.equal(parsed('model=hf:org/repo:q4_0'), 'hf:org/repo:q4_0')
  assert.equal(parsed('dataset=a=b'), 'a=b')
  assert.equal(parsed('model="7"'), '7')
  assert.equal(parsed('model='), null)
  assert.deepEqual(parsed('energy.sources=[rapl, nvml]'), ['rapl', 'nvml'])
})

test('an override without a path, without = or with a broken value is a usage error', () => {
  for (const text of ['decoder.temperature', '=1', 'a..b=1', '.a=1', ''])
    assert.throws(() => parseOverride(text), usage(/expected --set path=value/), text)
  assert.throws(() => parseOverride('energy.sources=[rapl'), usage(/expected a value after =/))
})

test('overrides make the sections that are missing, win over what is there, and leave the original alone', () => {
  const written = { n: 1, decoder: { top_k: 2 }, warmup: null }
  const { value, problems } = applyOverrides(
    written,
    ['n=5', 'decoder.top_p=0.5', 'load.concurrency=2', 'warmup.enabled=false'].map(parseOverride),
  )
  assert.deepEqual(problems, [])
  assert.deepEqual(value, {
    n: 5,
    decoder: { top_k: 2, top_p: 0.5 },
    load: { concurrency: 2 },
    warmup: { enabled: false },
  })
  assert.deepEqual(written, { n: 1, decoder: { top_k: 2 }, warmup: null })
})

test('an override cannot reach the prototype of a section', () => {
  const { value } = applyOverrides({}, [parseOverride('__proto__.polluted=1')])
  assert.equal(Object.getPrototypeOf(value), Object.prototype)
  assert.equal('polluted' in {}, false)
})
