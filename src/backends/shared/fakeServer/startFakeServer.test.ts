import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { createParser } from 'eventsource-parser'
import { type FakeServerInput, startFakeServer } from './startFakeServer.ts'

async function start(t: TestContext, input: FakeServerInput = {}) {
  const server = await startFakeServer({ ttft_ms: 1, tokens_per_second: 2000, ...input })
  t.after(() => server[Symbol.asyncDispose]())
  const post = (path: string, body: object) =>
    fetch(`${server.url}/${path}`, { method: 'POST', body: JSON.stringify(body) })
  const get = async (path: string) => (await fetch(new URL(path, server.url))).text()
  return { server, post, get }
}

/** The data of every event, as a browser would read them: neither our scanner nor our client takes part. */
async function eventsOf(response: Response): Promise<string[]> {
  const events: string[] = []
  const parser = createParser({ onEvent: ({ data }) => events.push(data) })
  parser.feed(await response.text())
  return events
}

test('a streamed completion is what OpenAI clients expect', async (t) => {
  const { post } = await start(t)
  const response = await post('completions', {
    prompt: 'hey',
    max_tokens: 2,
    stream: true,
    stream_options: { include_usage: true, continuous_usage_stats: true },
  })
  assert.equal(response.headers.get('content-type'), 'text/event-stream; charset=utf-8')
  const events = await eventsOf(response)
  assert.equal(events.pop(), '[DONE]')
  const head = { id: 'cmpl-1', object: 'text_completion', created: 1_700_000_000, model: 'fake' }
  const usage = (tokens: number) => ({
    usage: { prompt_tokens: 3, total_tokens: 3 + tokens, completion_tokens: tokens },
  })
  const choice = (finish_reason: string | null) => ({
    choices: [{ index: 0, text: ' tok', logprobs: null, finish_reason }],
  })
  assert.deepEqual(
    events.map((text) => JSON.parse(text)),
    [
      { ...head, ...choice(null), ...usage(1) },
      { ...head, ...choice('length'), ...usage(2) },
      { ...head, choices: [], ...usage(2) },
    ],
  )
})

test('a streamed chat opens with its role and reasons in a channel of its own', async (t) => {
  const { post } = await start(t, { reasoning_tokens: 1, usage: 'none' })
  const events = await eventsOf(
    await post('chat/completions', {
      messages: [{ role: 'user', content: 'hey' }],
      max_tokens: 2,
      stream: true,
    }),
  )
  assert.deepEqual(
    events.slice(0, -1).map((text) => JSON.parse(text).choices[0].delta),
    [{ role: 'assistant', content: '' }, { reasoning_content: ' tok' }, { content: ' tok' }],
  )
})

test('without a stream the answer is one document', async (t) => {
  const { post } = await start(t)
  const whole = await post('completions', { prompt: [1, 2, 3, 4], max_tokens: 3 })
  const answer = JSON.parse(await whole.text())
  assert.deepEqual(answer.usage, { prompt_tokens: 4, completion_tokens: 3, total_tokens: 7 })
  assert.equal(answer.choices[0].text, ' tok tok tok')
  const chat = { messages: [{ role: 'user', content: 'hi' }], max_tokens: 1 }
  const spoken = JSON.parse(await (await post('chat/completions', chat)).text())
  assert.deepEqual(spoken.choices[0].message, { role: 'assistant', content: ' tok' })
})

test('usage goes to those who ask for it', async (t) => {
  const { post } = await start(t)
  const events = await eventsOf(
    await post('completions', { prompt: 'a', max_tokens: 2, stream: true }),
  )
  assert.ok(events.every((text) => !text.includes('usage')))
})

test('it names its model, its version and its health', async (t) => {
  const { get } = await start(t, { model: 'org/model' })
  assert.equal(JSON.parse(await get('/v1/models')).data[0].id, 'org/model')
  assert.deepEqual(JSON.parse(await get('/version')), { version: '1' })
  assert.equal(await get('/health'), '')
  assert.match(await get('/nowhere'), /no route GET \/nowhere/)
})

test('its metrics count tokens, and what runs and waits', async (t) => {
  const { post, get } = await start(t, { max_running: 1, tokens_per_second: 5 })
  const slow = { prompt: 'abc', max_tokens: 50, stream: true }
  // The headers of an answer come when it was taken in.
  const open = [await post('completions', slow), await post('completions', slow)]
  const text = await get('/metrics')
  const value = (name: string): number =>
    Number(new RegExp(`^vllm:${name}\\{model_name="fake"\\} (.*)$`, 'm').exec(text)?.[1])
  assert.deepEqual([value('num_requests_running'), value('num_requests_waiting')], [1, 1])
  assert.equal(value('prompt_tokens_total'), 6)
  assert.ok(value('kv_cache_usage_perc') >= 6e-6)
  for (const { body } of open) await body?.cancel()
})

test('a body that is no request is refused with what is wrong', async (t) => {
  const { server, post } = await start(t, { strict_fields: true })
  const broken = await fetch(`${server.url}/completions`, { method: 'POST', body: '{' })
  assert.equal(broken.status, 400)
  assert.match(await broken.text(), /not JSON/)
  const strict = await post('completions', {
    prompt: 'a',
    ignore_eos: true,
    stream_options: { continuous_usage_stats: true },
  })
  assert.equal(strict.status, 400)
  assert.match(await strict.text(), /ignore_eos, stream_options.continuous_usage_stats/)
})

test('faults come to every k-th request', async (t) => {
  const { post } = await start(t, {
    faults: [{ every: 2, fault: { kind: 'status', status: 503 } }],
  })
  const statuses: number[] = []
  for (let i = 0; i < 4; i++) {
    const response = await post('completions', { prompt: 'a', max_tokens: 1 })
    await response.text()
    statuses.push(response.status)
  }
  assert.deepEqual(statuses, [200, 503, 200, 503])
})

test('chunks say when they were sent, when asked to', async (t) => {
  const { post } = await start(t, { stamp: true, jitter: 0.3 })
  const events = await eventsOf(
    await post('completions', { prompt: 'a', max_tokens: 20, stream: true }),
  )
  const stamps = events.slice(0, -1).map((text) => Number(JSON.parse(text).sent_at_ms))
  assert.equal(stamps.length, 20)
  assert.deepEqual(
    stamps,
    stamps.toSorted((a, b) => a - b),
  )
})

test('a port that another program has is told as such', async (t) => {
  const { port } = new URL((await start(t)).server.url)
  await assert.rejects(startFakeServer({ port: Number(port) }), {
    code: 'PORT_UNAVAILABLE',
    exitCode: 3,
    message: new RegExp(`port ${port} .*another program has it`),
    hint: /--set port=0/,
  })
})
