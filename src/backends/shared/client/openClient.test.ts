import assert from 'node:assert/strict'
import { test } from 'node:test'
import { monotonicClock } from '../../../core/clock.ts'
import { completed, openScene, requestOf, run } from '../../../testing/clientScene.ts'
import type { Fault } from '../fakeServer/fakeServerOptions.ts'

test('every token is stamped and counted, and the engine is asked for its own count', async (t) => {
  const clock = monotonicClock
  const { client } = await openScene(t, {}, { clock })
  const startMs = clock.nowMs()
  const { steps, stamps, completion } = await completed(client)
  assert.deepEqual(steps, Array(12).fill(1))
  assert.ok(stamps.every((atMs) => atMs > startMs && atMs < clock.nowMs()))
  assert.deepEqual([completion.inputTokens, completion.outputTokens], [5, 12])
  assert.equal(completion.finishReason, 'length')
  assert.equal(completion.tokenCounts?.stepsBy, 'continuous usage')
  assert.deepEqual(client.agreement, { fields: 'all', refusedFields: [], usage: 'continuous' })
})

test('a chat counts its reasoning and not its role', async (t) => {
  const { client } = await openScene(t, { reasoning_tokens: 5, usage: 'none' }, { kind: 'chat' })
  const { completion, tokens } = await completed(client)
  assert.equal(tokens, 12)
  assert.equal(completion.outputTokens, null)
  assert.equal(client.agreement.usage, 'none')
})

test('several tokens per chunk are counted by the running total', async (t) => {
  const { client } = await openScene(t, { tokens_per_chunk: 5 })
  assert.deepEqual((await completed(client)).steps, [5, 5, 2])
})

test('several tokens per chunk are shared evenly when only the end is counted', async (t) => {
  const { client } = await openScene(t, { tokens_per_chunk: 5, usage: 'final' })
  const { steps, completion } = await completed(client)
  assert.deepEqual(steps, [4, 4, 4])
  assert.deepEqual([client.agreement.usage, completion.tokenCounts?.stepsBy], ['final', 'spread'])
})

test('token ids count where there is no running total', async (t) => {
  const { client } = await openScene(t, {
    tokens_per_chunk: 5,
    usage: 'with-finish',
    token_ids: true,
  })
  const { steps, completion } = await completed(client)
  assert.deepEqual(steps, [5, 5, 2])
  assert.equal(completion.tokenCounts?.stepsBy, 'token ids')
})

test('a server of the standard fields is asked once without the others', async (t) => {
  const { server, client } = await openScene(t, { strict_fields: true })
  assert.equal(client.agreement.fields, 'standard')
  assert.ok(client.agreement.refusedFields.includes('ignore_eos'))
  assert.equal(client.agreement.usage, 'final')
  assert.equal((await completed(client)).tokens, 12)
  assert.equal(server.stats().requests, 2)
})

test('requests share the connections that were opened before', async (t) => {
  const { client } = await openScene(t, {}, { connections: 4 })
  const watch = client.watch()
  for (let round = 0; round < 3; round++) {
    await Promise.all(Array.from({ length: 4 }, () => completed(client)))
  }
  const { requests, tokens, lateConnections } = watch.stop()
  assert.deepEqual([requests, tokens, lateConnections], [12, 144, 0])
})

test('more requests than connections open more, and are told of', async (t) => {
  const { client } = await openScene(t, {}, { connections: 1 })
  const watch = client.watch()
  await Promise.all(Array.from({ length: 4 }, () => completed(client)))
  assert.equal(watch.stop().lateConnections, 3)
})

test('a request that the server refuses costs no connection', async (t) => {
  const { client } = await openScene(t, {
    chooseFault: (_, ordinal) => (ordinal > 1 ? { kind: 'status', status: 429 } : null),
  })
  const watch = client.watch()
  for (let round = 0; round < 3; round++) assert.ok((await run(client)).outcome instanceof Error)
  assert.equal(watch.stop().lateConnections, 0)
})

test('the proof tells the lag behind a server on the same clock, and what the client cost', async (t) => {
  const { client } = await openScene(t, { stamp: true }, { clock: monotonicClock })
  const watch = client.watch()
  await completed(client)
  const proof = watch.stop()
  assert.deepEqual([proof.requests, proof.tokens, proof.chunks], [1, 12, 12])
  assert.ok((proof.receiveLagP99Ms ?? 0) > 0)
  assert.ok((proof.dispatchDelayP99Ms ?? 0) > 0)
  assert.ok((proof.chunksPerRead ?? 0) > 0)
  assert.ok(proof.cpuMs > 0)
  assert.equal(proof.sendSkewP99Ms, null)
})

test('a request body is built before it is sent', async (t) => {
  const { client } = await openScene(t)
  const request = requestOf({ prompt: 'as it was' })
  client.prepare([request])
  request.prompt = 'changed behind our back'
  assert.equal((await completed(client, request)).completion.inputTokens, 'as it was'.length)
})

const failures: [fault: Fault, reason: RegExp, tokens: number][] = [
  [{ kind: 'status', status: 429 }, /^status: HTTP 429: .*told to say 429/, 0],
  [{ kind: 'status', status: 500 }, /^status: HTTP 500/, 0],
  [{ kind: 'no-stream' }, /^not a stream: .*found application\/json/, 0],
  [{ kind: 'stall', after_tokens: 3 }, /^stalled: no token for 200 ms, after 3 chunks/, 3],
  [{ kind: 'slow-headers', after_ms: 5000 }, /^stalled: .*before the headers of the answer/, 0],
  [{ kind: 'chatter', after_tokens: 2 }, /^stalled: .*after 2 chunks/, 2],
  [{ kind: 'reset', after_tokens: 4 }, /^reset: ECONNRESET, (after|before)/, 4],
  [{ kind: 'reset', after_tokens: 0 }, /^reset: ECONNRESET, before the first token/, 0],
  [{ kind: 'hang-up', after_tokens: 4 }, /^reset: the connection was closed, after 4/, 4],
  [{ kind: 'truncate', after_tokens: 4 }, /^truncated: .*after 4 chunks/, 4],
  [{ kind: 'malformed', after_tokens: 2 }, /^malformed: not JSON: .*after 2 chunks/, 2],
  [{ kind: 'bad-framing', after_tokens: 2 }, /^malformed: the size of a chunk .*, after 2/, 2],
  [{ kind: 'oversized', after_tokens: 1, bytes: 9000 }, /^oversized: .*4096 bytes, after 1/, 1],
  [{ kind: 'error-event', after_tokens: 2 }, /^error event: out of memory, after 2 chunks/, 2],
  [{ kind: 'empty' }, /^empty: .*finish_reason "stop"/, 0],
  [{ kind: 'endless' }, /^endless: more tokens than twice the 12 asked for/, 41],
]

for (const [fault, reason, tokens] of failures) {
  test(`${JSON.stringify(fault)} fails its request with what happened and leaves the next alone`, async (t) => {
    const chooseFault = (_: unknown, ordinal: number): Fault | null =>
      ordinal === 2 ? fault : null
    const { client } = await openScene(t, { chooseFault }, { longestEventBytes: 4096 })
    const failed = await run(client)
    assert.ok(failed.outcome instanceof Error)
    assert.match(failed.outcome.message, reason)
    // A reset throws away what the client had not read yet.
    if (fault.kind === 'reset') assert.ok(failed.tokens <= tokens)
    else assert.equal(failed.tokens, tokens)
    assert.equal((await completed(client)).tokens, 12)
  })
}

const oddities: Fault[] = [
  { kind: 'no-done' },
  { kind: 'linger' },
  { kind: 'ragged' },
  { kind: 'pause', after_tokens: 3, pause_ms: 20 },
]
for (const fault of oddities) {
  test(`${JSON.stringify(fault)} is odd and no failure`, async (t) => {
    const chooseFault = (_: unknown, ordinal: number): Fault | null =>
      ordinal === 2 ? fault : null
    const { client } = await openScene(t, { chooseFault })
    assert.equal((await completed(client)).tokens, 12)
    assert.equal((await completed(client)).tokens, 12)
  })
}

test('a request that is aborted ends at once with the reason, and the next goes on', async (t) => {
  const { client } = await openScene(t, { tokens_per_second: 20 })
  const controller = new AbortController()
  const running = run(client, requestOf(), controller.signal)
  controller.abort(new Error('enough'))
  assert.match(String((await running).outcome), /enough/)
  assert.match(String((await run(client, requestOf(), controller.signal)).outcome), /enough/)
  assert.equal((await completed(client, requestOf({ maxOutputTokens: 1 }))).tokens, 1)
})

test('requests under one signal do not warn of a leak and all end with it', async (t) => {
  const { client } = await openScene(t, { tokens_per_second: 20 })
  const warnings: string[] = []
  const onWarning = (warning: Error): void => void warnings.push(warning.name)
  process.on('warning', onWarning)
  t.after(() => process.off('warning', onWarning))
  const controller = new AbortController()
  const all = Array.from({ length: 30 }, () => run(client, requestOf(), controller.signal))
  await new Promise(setImmediate)
  controller.abort(new Error('enough'))
  for (const { outcome } of await Promise.all(all)) assert.match(String(outcome), /enough/)
  assert.deepEqual(warnings, [])
})

test('closing the client ends what is under way', async (t) => {
  const { client } = await openScene(t, { tokens_per_second: 20 })
  const running = run(client)
  await client[Symbol.asyncDispose]()
  assert.match(String((await running).outcome), /the client was closed/)
})

test('a server that is not there is named, with what to try', async (t) => {
  const { server } = await openScene(t)
  await server[Symbol.asyncDispose]()
  await assert.rejects(openScene(t, {}, { baseUrl: server.url }), {
    code: 'SERVER_UNREACHABLE',
    hint: new RegExp(`curl ${server.url}/models`),
  })
})

test('a wrong key is told of, and never quoted', async (t) => {
  const opened = openScene(t, { api_key: 'right' }, { apiKey: 'sk-secret' })
  await assert.rejects(opened, (error: Error & { hint?: string }) => {
    assert.match(error.message, /HTTP 401/)
    assert.doesNotMatch(error.message, /sk-secret/)
    assert.match(error.hint ?? '', /OPENAI_API_KEY/)
    return true
  })
  const { client } = await openScene(t, { api_key: 'right' }, { apiKey: 'right' })
  assert.equal((await completed(client)).tokens, 12)
})

test('a wrong path is told of', async (t) => {
  const { server } = await openScene(t)
  await assert.rejects(openScene(t, {}, { baseUrl: server.url.replace('/v1', '/v2') }), {
    code: 'SERVER_REFUSED',
    hint: /base_url with its \/v1/,
  })
})
