import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { type TestContext, test } from 'node:test'
import { z } from 'zod'
import { experimentFields } from '../config/experimentConfig.ts'
import { AppError } from '../core/errors.ts'
import { quietContext } from '../testing/quietContext.ts'
import { backend } from './openai.ts'
import { type FakeServerInput, startFakeServer } from './shared/fakeServer/startFakeServer.ts'

const config = z.object(experimentFields).parse({ model: 'fake', backend: 'openai' })
const problemsOf = (base_url: string) =>
  backend.check?.(config, backend.options.parse({ base_url })) ?? []

async function open(t: TestContext, served: FakeServerInput, written = {}, env = {}) {
  const server = await startFakeServer({ ttft_ms: 1, tokens_per_second: 4000, ...served })
  t.after(() => server[Symbol.asyncDispose]())
  const options = backend.options.parse({ base_url: server.url, ...written })
  const session = await backend.open(config, options, await quietContext(t, { env }))
  t.after(() => session[Symbol.asyncDispose]())
  return { session, url: server.url }
}

test('what the server tells of itself is observed', async (t) => {
  const { session, url } = await open(t, {})
  assert.equal(session.version, '1')
  assert.deepEqual(await session.observed(), {
    base_url: url,
    kind: 'completions',
    model: 'fake',
    served: { id: 'fake', object: 'model', created: 1_700_000_000, owned_by: 'llenergymeasure' },
    token_counts: 'continuous',
    refused_fields: [],
  })
  assert.deepEqual(session.warnings?.(), [])
})

test('fields that the server refused are observed and warned of', async (t) => {
  const { session } = await open(t, { strict_fields: true })
  const { refused_fields } = await session.observed()
  assert.ok(Array.isArray(refused_fields) && refused_fields.includes('ignore_eos'))
  assert.deepEqual(
    session.warnings?.().map(({ code }) => code),
    ['FIELDS_REFUSED'],
  )
})

test('the key comes from the variable that was named, and is nowhere to be seen', async (t) => {
  const env = { LLEM_TEST_KEY: 'sk-very-secret' }
  const { session } = await open(
    t,
    { api_key: 'sk-very-secret' },
    { api_key_env: 'LLEM_TEST_KEY', kind: 'chat' },
    env,
  )
  const seen = JSON.stringify([await session.observed(), session.version, session.warnings?.()])
  assert.doesNotMatch(seen, /sk-very-secret/)
})

test('a server that is not there is told before anything is measured, with the key to set', async (t) => {
  const ctx = await quietContext(t)
  const server = await startFakeServer({ api_key: 'right' })
  const options = backend.options.parse({ base_url: server.url })
  await backend.checkServer?.(options, ctx)
  await server[Symbol.asyncDispose]()
  await assert.rejects(async () => backend.checkServer?.(options, ctx), {
    code: 'SERVER_UNREACHABLE',
    message: /found none: .*ECONNREFUSED/,
    hint: new RegExp(`openai.base_url .*curl ${server.url}/models`),
  })
})

test('Ctrl-C ends the wait for a server that does not answer', async (t) => {
  // It listens, takes the connection, and says nothing of TLS.
  const silent = createServer().listen(0, '127.0.0.1')
  t.after(() => silent.close())
  await once(silent, 'listening')
  const address = silent.address()
  const port = typeof address === 'object' ? address?.port : undefined
  const options = backend.options.parse({ base_url: `https://127.0.0.1:${port}/v1` })
  const interruption = new AbortController()
  const ctx = await quietContext(t, { signal: interruption.signal })
  silent.on('connection', (socket) => {
    socket.on('error', () => {}).resume()
    interruption.abort(new AppError('INTERRUPTED', { doing: 'measuring' }))
  })
  await assert.rejects(async () => backend.checkServer?.(options, ctx), { code: 'INTERRUPTED' })
})

test('a server that answers otherwise than in TLS is there, and keeps its own words', async (t) => {
  const ctx = await quietContext(t)
  const server = await startFakeServer({})
  t.after(() => server[Symbol.asyncDispose]())
  const options = backend.options.parse({ base_url: server.url.replace('http:', 'https:') })
  await assert.rejects(async () => backend.checkServer?.(options, ctx), {
    code: 'SERVER_CONNECTION_FAILED',
    message: /cannot connect to the server at https:.*SSL routines/s,
  })
})

test('a variable that no worker gets is refused', () => {
  const parsed = backend.options.safeParse({ api_key_env: 'HOME' })
  assert.match(parsed.error?.issues[0]?.message ?? '', /begins with OPENAI_ or LLEM_/)
})

test('a key that no header can hold is named without being shown', async (t) => {
  const opened = open(t, {}, {}, { OPENAI_API_KEY: 'sk-two\nlines' })
  await assert.rejects(opened, (error: Error & { code?: string }) => {
    assert.equal(error.code, 'API_KEY_INVALID')
    assert.doesNotMatch(error.message, /sk-two/)
    return true
  })
})

test('an address with a password or a query is a problem, and a plain one is none', () => {
  assert.deepEqual(problemsOf('https://api.example.com/v1'), [])
  assert.match(problemsOf('http://me:secret@host/v1')[0]?.message ?? '', /without a user/)
  assert.match(problemsOf('http://host/v1?key=1')[0]?.message ?? '', /found a query/)
})

test('an address that is none is refused with an example', () => {
  for (const base_url of ['localhost:8000', 'ftp://host/v1', '']) {
    const parsed = backend.options.safeParse({ base_url })
    assert.match(parsed.error?.issues[0]?.message ?? '', /such as http:/, base_url)
  }
})
