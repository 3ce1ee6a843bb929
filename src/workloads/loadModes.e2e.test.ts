import assert from 'node:assert/strict'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet'
import type { Fault } from '../backends/shared/fakeServer/fakeServerOptions.ts'
import { startFakeServer } from '../backends/shared/fakeServer/startFakeServer.ts'
import { readJson } from '../core/files.ts'
import { type Result, resultSchema } from '../store/resultFile.ts'
import { makeFileTree } from '../testing/fixtures/fileTree.ts'
import { quick, watchStudy } from '../testing/watchStudy.ts'

async function measured(t: TestContext, study: Record<string, unknown>) {
  const { outcome, directory } = await watchStudy(t, { ...quick, ...study })
  assert.equal(outcome.status, 'measured', JSON.stringify(outcome))
  return { result: await readJson(join(directory, 'result.json'), resultSchema), directory }
}

const fast = { ttft_ms: 1, tokens_per_second: 2000 }

test('an offline load has all requests in flight at once', async (t) => {
  const fake = { ttft_ms: 200, tokens_per_second: 2000 }
  const { result } = await measured(t, { n: 12, load: { mode: 'offline' }, fake })
  assert.deepEqual([result.requests.peakInFlight, result.requests.concurrency], [12, 12])
  assert.equal(result.latency.scheduled, null)
})

test('an open load keeps its schedule, its queue and the latency from both ends', async (t) => {
  const load = { mode: 'open', arrivals: 'constant', rate_per_second: 100, max_concurrency: 1 }
  const slow = { ttft_ms: 50, tokens_per_second: 2000 }
  const { result, directory } = await measured(t, { n: 6, load, fake: slow })
  const { scheduled, timeToFirstToken } = result.latency
  assert.ok(scheduled !== null && timeToFirstToken !== null)
  // The sixth is due after 50 ms and sent after five others of 50 ms each.
  assert.ok((scheduled.queueWait?.maxMs ?? 0) > 150)
  assert.ok((scheduled.timeToFirstToken?.maxMs ?? 0) > timeToFirstToken.maxMs + 150)
  assert.equal(result.requests.peakInFlight, 1)
  const file = await asyncBufferFromFile(join(directory, 'requests.parquet'))
  const rows = await parquetReadObjects({ file })
  const due = rows.map(({ scheduled_at_ms: atMs }) => Number(atMs))
  assert.deepEqual(
    due.map((atMs) => Math.round(atMs - (due[0] ?? 0))),
    [0, 10, 20, 30, 40, 50],
  )
})

test('a ramp sends what its stages make and tells of each', async (t) => {
  const stages = [
    { rate_per_second: 20, duration_seconds: 0.2 },
    { rate_per_second: 40, duration_seconds: 0.2 },
  ]
  const load = { mode: 'stages', arrivals: 'constant', stages }
  const { result } = await measured(t, { n: undefined, load, slo: { ttft_ms: 60_000 }, fake: fast })
  assert.equal(result.requests.total, 12)
  assert.deepEqual(
    result.stages?.map(({ requests, completed, goodput }) => [
      requests,
      completed,
      goodput?.requests,
    ]),
    [
      [4, 4, 4],
      [8, 8, 8],
    ],
  )
})

test('a trace is replayed', async (t) => {
  const root = await makeFileTree(t, { 'arrivals.txt': '5\n5.1\n5.1\n' })
  const load = { mode: 'open', arrivals: 'trace', trace: join(root, 'arrivals.txt') }
  const { result } = await measured(t, { n: 3, load, fake: fast })
  assert.equal(result.requests.completed, 3)
  assert.ok(result.durationMs >= 100)
})

test('what a server tells of itself is kept beside what the client saw', async (t) => {
  await using server = await startFakeServer({ ttft_ms: 10, tokens_per_second: 20, usage: 'final' })
  const openai = { base_url: server.url, model: 'fake' }
  const study = { backend: 'openai', n: 4, max_output_tokens: 30, load: { concurrency: 4 }, openai }
  const { result } = await measured(t, study)
  assert.equal(result.server?.engine, 'vllm')
  assert.equal(result.server?.generatedTokens, 120)
  assert.equal(Math.max(...(result.server?.series.running ?? []).map(Number)), 4)
  // The looks of a window of 1.5 s are no figure, unless a busy machine made it longer.
  assert.equal(result.server?.running === null, (result.server?.looksInWindow ?? 0) < 3)
  assert.equal(result.cache.state, 'cold')
  assert.deepEqual(warningsOf(result, 'SERVER_BUSY'), [])
})

test('two processes send what one does: the same schedule, the same tokens, every outcome', async (t) => {
  const load = { mode: 'open', rate_per_second: 100, timeout_seconds: 0.5 }
  const sent = async (processes: number) => {
    await using server = await startFakeServer({ ...fast, max_running: 64 })
    const openai = { base_url: server.url, model: 'fake' }
    const study = { backend: 'openai', n: 41, load: { ...load, processes }, openai }
    const { result, directory } = await measured(t, study)
    const file = await asyncBufferFromFile(join(directory, 'requests.parquet'))
    const rows = await parquetReadObjects({ file })
    const startMs = Number(rows[0]?.['scheduled_at_ms'])
    const dueMs = rows.map((row) => Number(row['scheduled_at_ms']) - startMs)
    return { result, indexes: rows.map(({ index }) => index), dueMs }
  }
  const [one, two] = [await sent(1), await sent(2)]
  assert.deepEqual(two.indexes, one.indexes)
  for (const [at, dueMs] of two.dueMs.entries()) {
    assert.ok(Math.abs(dueMs - (one.dueMs[at] ?? 0)) < 1e-6, `request ${at}`)
  }
  assert.deepEqual(two.result.tokens, one.result.tokens)
  assert.deepEqual(two.result.requests.completed, 41)
  assert.equal(two.result.client?.requests, 41)
  assert.equal(two.result.client?.tokens, one.result.client?.tokens)
})

test('megabytes of stamps come back from the processes whole', async (t) => {
  await using server = await startFakeServer({ unpaced: true, ttft_ms: 0 })
  const openai = { base_url: server.url, model: 'fake' }
  const load = { concurrency: 20, processes: 2 }
  const study = { backend: 'openai', n: 80, max_output_tokens: 1500, load, openai }
  const { result } = await measured(t, study)
  assert.equal(result.tokens.outputTokens, 120_000)
  assert.equal(result.latency.interTokenLatency?.count, 80 * 1499)
})

test('requests that fail in processes of the load are kept like any others', async (t) => {
  const server = await startFakeServer({
    ...fast,
    faults: [{ every: 2, fault: { kind: 'reset', after_tokens: 0 } }],
  })
  t.after(() => server[Symbol.asyncDispose]())
  const openai = { base_url: server.url, model: 'fake' }
  const study = { backend: 'openai', n: 8, load: { concurrency: 4, processes: 2 }, openai }
  const { result } = await measured(t, study)
  const { completed, failed, total } = result.requests
  assert.deepEqual([completed + failed, total], [8, 8])
})

const faults: { every: number; fault: Fault }[] = [
  { every: 7, fault: { kind: 'empty' } },
  { every: 5, fault: { kind: 'status', status: 503 } },
  { every: 3, fault: { kind: 'stall', after_tokens: 2 } },
]

for (const load of [
  { concurrency: 4, timeout_seconds: 0.3 },
  { mode: 'open', rate_per_second: 200, timeout_seconds: 0.3 },
]) {
  test(`every request has an outcome, in a load of ${JSON.stringify(load)}`, async (t) => {
    await using server = await startFakeServer({ ...fast, faults, usage: 'continuous' })
    const openai = { base_url: server.url, model: 'fake' }
    const { result } = await measured(t, { backend: 'openai', n: 30, load, openai })
    const { total, completed, failed, timedOut, empty } = result.requests
    assert.equal(total, 30)
    assert.equal(completed + failed + timedOut + empty, total)
    // The server counts the question before the window as its first request.
    assert.deepEqual(expectedCounts(), { completed, failed, timedOut, empty })
    const [warning] = warningsOf(result, 'REQUESTS_FAILED')
    assert.equal(warning?.data['failed'], total - completed)
  })
}

function expectedCounts() {
  const ordinals = Array.from({ length: 30 }, (_, index) => index + 2)
  const kinds = ordinals.map(
    (ordinal) => faults.find(({ every }) => ordinal % every === 0)?.fault.kind ?? 'none',
  )
  const count = (wanted: string): number => kinds.filter((kind) => kind === wanted).length
  return {
    completed: count('none'),
    failed: count('status'),
    timedOut: count('stall'),
    empty: count('empty'),
  }
}

const warningsOf = ({ warnings }: Result, wanted: string) =>
  warnings.filter(({ code }) => code === wanted)
