import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { BackendSession, GenerateRequest, OnTokens } from '../backends/backend.ts'
import { batcher } from '../backends/shared/pytorch/batcher.ts'
import { warmupSchema } from '../config/experimentConfig.ts'
import { virtualClock } from '../testing/virtualClock.ts'
import { isSteady, warmUntilSteady } from './warmUntilSteady.ts'

const config = warmupSchema.parse({})

test('too few requests are never steady', () => {
  assert.equal(isSteady([100, 100, 100], config), false)
})

test('equal rates are steady', () => {
  assert.equal(isSteady([100, 101, 100, 101], config), true)
})

test('scattered rates are not steady', () => {
  assert.equal(isSteady([100, 120, 90, 110], config), false)
})

test('a slow start is forgotten once the last requests agree', () => {
  assert.equal(isSteady([10, 40, 100, 101, 100, 101], config), true)
})

test('a clear drift is not steady even when its scatter is small', () => {
  const strict = warmupSchema.parse({ cv_threshold: 0.03, window_size: 4 })
  assert.equal(isSteady([100, 102, 104, 106], strict), false)
})

const batchSize = 4
const prompts = (count: number): GenerateRequest[] =>
  Array.from({ length: count }, (_, index) => ({
    index,
    prompt: 'Hello',
    promptTokens: [1],
    maxOutputTokens: 3,
    seed: index,
  }))

/** Static batches of four, whose steps take as long as `stepMs` says of each batch in turn. */
async function warmInBatches(stepMs: (batch: number) => number, inFlight = batchSize) {
  const clock = virtualClock()
  const { signal } = new AbortController()
  let batchCount = 0
  const line = batcher<{ onTokens: OnTokens; end(): void }>({
    size: inFlight,
    async run(rows) {
      const lengthMs = stepMs(batchCount++)
      for (let step = 0; step < 3; step++) {
        clock.advance(lengthMs)
        for (const { onTokens } of rows) onTokens(clock.nowMs(), 1)
      }
      for (const { end } of rows) end()
    },
  })
  const session: BackendSession = {
    version: '1',
    model: null,
    batchSize,
    observed: async () => ({}),
    async generate(_request, onTokens) {
      await new Promise<void>((end) => line.add({ onTokens, end }))
      return { inputTokens: 1, outputTokens: 3, finishReason: 'length', text: null }
    },
    [Symbol.asyncDispose]: async () => {},
  }
  const config = warmupSchema.parse({ max_prompts: 6 })
  const load = { clock, signal, concurrency: inFlight, unjudged: inFlight - 1 }
  return { ...(await warmUntilSteady(session, prompts(6), config, load)), batchCount }
}

test('a static batch is one sample and counts as one prompt, so equal batches are steady after four', async () => {
  const { isSteady: isWarm, requests, batchCount } = await warmInBatches(() => 10)
  assert.deepEqual({ isWarm, requests, batchCount }, { isWarm: true, requests: 16, batchCount: 4 })
})

test('batches are as full as the requests in flight make them', async () => {
  const { requests, batchCount } = await warmInBatches((batch) => (batch % 2 === 0 ? 10 : 20), 2)
  assert.deepEqual({ requests, batchCount }, { requests: 12, batchCount: 6 })
})

test('rows that agree within batches that do not are not steady', async () => {
  const { isSteady: isWarm, requests } = await warmInBatches((batch) => (batch % 2 === 0 ? 10 : 20))
  assert.deepEqual({ isWarm, requests }, { isWarm: false, requests: 24 })
})

test('a first round that agrees is not enough: it started at one moment', async () => {
  const clock = virtualClock()
  const session: BackendSession = {
    version: '1',
    model: null,
    observed: async () => ({}),
    async generate(_request, onTokens) {
      for (let step = 0; step < 3; step++) {
        clock.advance(10)
        onTokens(clock.nowMs(), 1)
      }
      return { inputTokens: 1, outputTokens: 3, finishReason: 'length', text: null }
    },
    [Symbol.asyncDispose]: async () => {},
  }
  const load = { clock, signal: new AbortController().signal, concurrency: 8, unjudged: 7 }
  const config = warmupSchema.parse({})
  const { isSteady: isWarm, requests } = await warmUntilSteady(session, prompts(20), config, load)
  assert.ok(isWarm && requests >= 7 + config.window_size, `${requests} requests`)
})
