import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Clock } from '../../core/clock.ts'
import { requestRecord } from '../../testing/requestRecord.ts'
import { readFigures } from './readFigures.ts'
import { serverWarnings, summarizeServer } from './summarizeServer.ts'
import { type ServerLooks, watchServer } from './watchServer.ts'

const signal = new AbortController().signal

/** Seconds pass as fast as anybody waits for them, until `seconds` are over; then sleep lasts until it is aborted. */
function clockOf(seconds: number): Clock {
  let nowMs = 0
  return {
    nowMs: () => nowMs,
    wallDate: () => new Date(0),
    sleep: (durationMs, ended) =>
      new Promise((resolve, reject) => {
        if (nowMs + durationMs <= seconds * 1000) {
          nowMs += durationMs
          setImmediate(resolve)
        } else ended?.addEventListener('abort', () => reject(ended.reason))
      }),
  }
}

async function watched(texts: readonly (string | null)[]) {
  let count = 0
  const asked: string[] = []
  const watch = await watchServer('http://server/metrics', {
    clock: clockOf(texts.length - 2),
    signal,
    fetchText: async (url) => {
      asked.push(url)
      return texts[Math.min(count++, texts.length - 1)] ?? null
    },
  })
  watch.begin()
  for (let turn = 0; turn < 50; turn++) await new Promise(setImmediate)
  watch.end()
  return { looks: await watch.stop(), asked }
}

const metrics = (running: number, tokens: number, queued: number): string =>
  [
    `vllm:num_requests_running ${running}`,
    `vllm:generation_tokens_total ${tokens}`,
    `vllm:request_queue_time_seconds_sum ${queued * 0.25}`,
    `vllm:request_queue_time_seconds_count ${queued}`,
  ].join('\n')

const long = { startMs: 0, endMs: 1e6 }

const looksAt = (seen: Readonly<Record<number, string>>): ServerLooks => ({
  engine: 'vllm',
  looks: Object.entries(seen).flatMap(([atMs, text]) => {
    const read = readFigures(text)
    return read === null ? [] : [{ atMs: Number(atMs), figures: read.figures }]
  }),
})

const records = [requestRecord({ steps: [[1, 1]] })]
const facts = { records, usesPrefixCache: false, warnings: [] }
const before = metrics(0, 100, 4)
const after = metrics(0, 220, 12)

test('gauges are of the looks in the window, totals are what the window added', () => {
  const [one, two, three] = [metrics(4, 120, 6), metrics(6, 150, 8), metrics(8, 200, 10)]
  const looks = looksAt({ 0: before, 1000: one, 2000: two, 3000: three, 4000: after })
  const server = summarizeServer(looks, { startMs: 1, endMs: 3500 })
  assert.equal(server?.engine, 'vllm')
  assert.deepEqual(server?.running, { mean: 6, max: 8 })
  assert.deepEqual([server?.looks, server?.looksInWindow], [5, 3])
  assert.deepEqual(server?.series.running, [0, 4, 6, 8, 0])
  assert.equal(server?.generatedTokens, 120)
  assert.equal(server?.meanQueueMs, 250)
  assert.equal(server?.kvCacheShare, null)
  assert.equal(server?.cachedPromptTokens, null)
})

test('a window too short for looks has unknown gauges and not idle ones, and says so', () => {
  const looks = looksAt({
    0: before,
    1000: metrics(4, 120, 6),
    2000: metrics(4, 150, 8),
    3000: after,
  })
  const server = summarizeServer(looks, { startMs: 1, endMs: 2500 })
  assert.deepEqual([server?.running, server?.waiting, server?.looksInWindow], [null, null, 2])
  assert.equal(server?.generatedTokens, 120)
  assert.deepEqual(
    serverWarnings({ ...facts, server }).map(({ code }) => code),
    ['SERVER_LOOKS_FEW'],
  )
})

test('a look that fails is a hole, and a total that falls tells nothing', async () => {
  const { looks } = await watched([metrics(0, 100, 4), null, metrics(0, 20, 1)])
  const server = summarizeServer(looks, long)
  assert.equal(server?.looks, 2)
  assert.equal(server?.generatedTokens, null)
})

test('a server without metrics is asked once and is null', async () => {
  const { looks, asked } = await watched([null, null, null])
  assert.equal(looks, null)
  assert.equal(asked.length, 1)
  assert.equal(summarizeServer(null, long), null)
})

test('without an address nobody is asked', async () => {
  const watch = await watchServer(undefined, { clock: clockOf(1), signal })
  assert.equal(await watch.stop(), null)
})

const codesOf = (looks: ServerLooks | null): string[] =>
  serverWarnings({ ...facts, server: summarizeServer(looks, long) }).map(({ code }) => code)

test('what is left of the warm-up is no other load, what stays is', async () => {
  const left = await watched([metrics(3, 1, 1), metrics(0, 1, 1), metrics(0, 2, 2)])
  assert.ok(!codesOf(left.looks).includes('SERVER_BUSY'))
  const busy = await watched([metrics(3, 1, 1), metrics(3, 1, 1), metrics(3, 2, 2)])
  assert.ok(codesOf(busy.looks).includes('SERVER_BUSY'))
})

test('prompts from a cache that was not asked for are a warning', async () => {
  const hits = (tokens: number) => `vllm:prefix_cache_hits_total ${tokens}`
  const { looks } = await watched([hits(10), hits(10), hits(20), hits(58)])
  const server = summarizeServer(looks, long)
  assert.equal(server?.cachedPromptTokens, 48)
  assert.deepEqual(
    serverWarnings({ ...facts, server }).map(({ code }) => code),
    ['PREFIX_CACHE_USED'],
  )
  assert.deepEqual(serverWarnings({ ...facts, server, usesPrefixCache: true }), [])
})
