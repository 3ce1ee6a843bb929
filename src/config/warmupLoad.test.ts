import assert from 'node:assert/strict'
import { test } from 'node:test'
import { z } from 'zod'
import { experimentFields } from './experimentConfig.ts'
import { warmupLoad } from './warmupLoad.ts'

const loadOf = (written: Readonly<Record<string, unknown>>) =>
  warmupLoad(z.object(experimentFields).parse({ model: 'any', ...written }))

test('one request at a time takes as many prompts as the warm-up may, and all are judged', () => {
  assert.deepEqual(loadOf({ n: 100 }), { concurrency: 1, promptCount: 20, unjudged: 0 })
})

test('many in flight get two rounds, of which the first is not judged', () => {
  assert.deepEqual(loadOf({ n: 1000, load: { concurrency: 64 } }), {
    concurrency: 64,
    promptCount: 128,
    unjudged: 63,
  })
})

test('no more are in flight than the window sends', () => {
  assert.equal(loadOf({ n: 30, load: { concurrency: 64 } }).concurrency, 30)
})

test('a window that sends everything at once is rehearsed by one round, up to what engines run at a time', () => {
  const load = { mode: 'offline' }
  assert.deepEqual(loadOf({ n: 100, load }), { concurrency: 100, promptCount: 100, unjudged: 0 })
  assert.equal(loadOf({ n: 5000, load }).promptCount, 256)
})

test('without warm-up no prompt is taken', () => {
  assert.equal(loadOf({ warmup: { enabled: false } }).promptCount, 0)
})
