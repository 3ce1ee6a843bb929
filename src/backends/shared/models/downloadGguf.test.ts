import assert from 'node:assert/strict'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { type TestContext, test } from 'node:test'
import { AppError } from '../../../core/errors.ts'
import { type FakeHubOptions, startFakeHub } from '../../../testing/fakeHub.ts'
import { quietContext } from '../../../testing/quietContext.ts'
import { requirePart } from '../../../testing/requirePart.ts'
import { smallDisk } from '../../../testing/smallDisk.ts'
import { downloadGguf } from './downloadGguf.ts'

const content = Buffer.from(Array.from({ length: 100_000 }, (_, index) => index % 251))

async function hubAndContext(t: TestContext, options: Partial<FakeHubOptions> = {}) {
  const hub = await startFakeHub(t, { files: { 'org/repo/m-Q8_0.gguf': content }, ...options })
  return { hub, ctx: await quietContext(t, { env: hub.env }) }
}

const failureOf = (promise: Promise<unknown>): Promise<AppError> =>
  promise.then(
    () => assert.fail('expected a failure'),
    (cause) => (cause instanceof AppError ? cause : assert.fail(String(cause))),
  )

test('a named file is downloaded once and then needs no hub', async (t) => {
  const { hub, ctx } = await hubAndContext(t)
  const path = await downloadGguf('hf:org/repo/m-Q8_0.gguf', ctx)
  assert.deepEqual(await readFile(path), content)
  await hub.close()
  assert.equal(await downloadGguf('hf:org/repo/m-Q8_0.gguf', ctx), path)
  assert.equal(hub.requests.length, 1)
})

test('an answer that is too short is resumed where it ended', async (t) => {
  const { hub, ctx } = await hubAndContext(t, {
    answers: [
      { bytes: 30_000, ends: 'clean' },
      { bytes: 20_000, ends: 'clean' },
    ],
  })
  const path = await downloadGguf('hf:org/repo/m-Q8_0.gguf', ctx)
  assert.deepEqual(await readFile(path), content)
  assert.deepEqual(
    hub.requests.map(({ range }) => range),
    ['bytes=0-', 'bytes=30000-', 'bytes=50000-'],
  )
})

test('a connection that breaks is tried again', async (t) => {
  const { ctx } = await hubAndContext(t, { answers: [{ bytes: 30_000, ends: 'broken' }] })
  assert.deepEqual(await readFile(await downloadGguf('hf:org/repo/m-Q8_0.gguf', ctx)), content)
})

test('a hub that sends nothing three times in a row is given up', async (t) => {
  const nothing = { bytes: 0, ends: 'clean' } as const
  const { hub, ctx } = await hubAndContext(t, { answers: Array(9).fill(nothing) })
  const failure = await failureOf(downloadGguf('hf:org/repo/m-Q8_0.gguf', ctx))
  assert.match(failure.message, /empty answer/)
  assert.equal(hub.requests.length, 3)
})

test('a download that failed is resumed by the next run', async (t) => {
  const { hub, ctx } = await hubAndContext(t, {
    answers: [{ bytes: 30_000, ends: 'clean' }, { status: 503 }],
  })
  const failure = await failureOf(downloadGguf('hf:org/repo/m-Q8_0.gguf', ctx))
  assert.match(failure.message, /503/)
  const path = await downloadGguf('hf:org/repo/m-Q8_0.gguf', ctx)
  assert.deepEqual(await readFile(path), content)
  assert.equal(hub.requests.at(-1)?.range, 'bytes=30000-')
})

test('a server without ranges sends the whole file again', async (t) => {
  const { ctx } = await hubAndContext(t, {
    answers: [{ bytes: 30_000, ends: 'clean' }],
    ignoresRanges: true,
  })
  assert.deepEqual(await readFile(await downloadGguf('hf:org/repo/m-Q8_0.gguf', ctx)), content)
})

test('two downloads of one file at once do not mix', async (t) => {
  const { ctx } = await hubAndContext(t)
  const model = 'hf:org/repo/m-Q8_0.gguf'
  const [path] = await Promise.all([downloadGguf(model, ctx), downloadGguf(model, ctx)])
  assert.deepEqual(await readFile(path), content)
})

test('content that does not have the stated hash is deleted', async (t) => {
  const { ctx } = await hubAndContext(t, { etag: 'a'.repeat(64) })
  const failure = await failureOf(downloadGguf('hf:org/repo/m-Q8_0.gguf', ctx))
  assert.match(failure.message, /SHA-256/)
  assert.deepEqual(await readdir(`${ctx.cacheDir}/hub/models/org/repo`), [])
})

test('the token opens a gated repository and is never printed', async (t) => {
  const { hub, ctx } = await hubAndContext(t, { token: 'hf_right' })
  const model = 'hf:org/repo/m-Q8_0.gguf'
  const failure = await failureOf(
    downloadGguf(model, { ...ctx, env: { ...ctx.env, HF_TOKEN: 'hf_wrong' } }),
  )
  assert.match(failure.message, /401/)
  assert.match(failure.hint, /HF_TOKEN/)
  assert.doesNotMatch(`${failure.message} ${failure.hint} ${failure.cause}`, /hf_wrong/)
  await downloadGguf(model, { ...ctx, env: { ...ctx.env, HF_TOKEN: 'hf_right' } })
  assert.equal(hub.requests[0]?.authorization, 'Bearer hf_right')
})

test('a file that is not there is named', async (t) => {
  const { ctx } = await hubAndContext(t)
  const failure = await failureOf(downloadGguf('hf:org/repo/other.gguf', ctx))
  assert.match(failure.message, /no file other\.gguf in org\/repo/)
  assert.doesNotMatch(failure.hint, /HF_TOKEN/)
})

test('a quant is the file whose name ends with it, in all its parts', async (t) => {
  const { ctx } = await hubAndContext(t, {
    files: {
      'org/repo/mmproj-Q4_K_M.gguf': Buffer.from('image'),
      'org/repo/m-IQ4_K_M.gguf': Buffer.from('other'),
      'org/repo/q4/m-Q4_K_M-00001-of-00002.gguf': Buffer.from('one'),
      'org/repo/q4/m-Q4_K_M-00002-of-00002.gguf': Buffer.from('two'),
    },
  })
  const path = await downloadGguf('hf:org/repo:q4_k_m', ctx)
  assert.match(path, /q4\/m-Q4_K_M-00001-of-00002\.gguf$/)
  const second = path.replace('00001-of', '00002-of')
  assert.deepEqual([await readFile(path, 'utf8'), await readFile(second, 'utf8')], ['one', 'two'])
})

test('a quant that is not there gets the list of what is', async (t) => {
  const { ctx } = await hubAndContext(t)
  const failure = await failureOf(downloadGguf('hf:org/repo:Q2_K', ctx))
  assert.match(failure.message, /is Q2_K; it has m-Q8_0\.gguf/)
})

test('without a network a quant that was downloaded before is used', async (t) => {
  const { hub, ctx } = await hubAndContext(t)
  const path = await downloadGguf('hf:org/repo:Q8_0', ctx)
  await hub.close()
  assert.equal(await downloadGguf('hf:org/repo:Q8_0', ctx), path)
  const failure = await failureOf(downloadGguf('hf:org/repo:Q4_0', ctx))
  assert.match(failure.message, /cannot download hf:org\/repo:Q4_0: fetch failed/)
})

test('an abort ends a download and keeps what came', async (t) => {
  const { ctx } = await hubAndContext(t)
  const signal = AbortSignal.abort(new Error('enough'))
  await assert.rejects(downloadGguf('hf:org/repo/m-Q8_0.gguf', { ...ctx, signal }), /enough/)
})

test('a cache that cannot be written is named', async (t) => {
  const { ctx } = await hubAndContext(t)
  await writeFile(`${ctx.cacheDir}/file`, '')
  const cacheDir = `${ctx.cacheDir}/file`
  const failure = await failureOf(downloadGguf('hf:org/repo/m-Q8_0.gguf', { ...ctx, cacheDir }))
  assert.equal(failure.code, 'CACHE_UNWRITABLE')
})

test('an endpoint that is no URL is named, not printed', async (t) => {
  const ctx = await quietContext(t, { env: { HF_ENDPOINT: 'user:secret@host' } })
  const failure = await failureOf(downloadGguf('hf:org/repo/m.gguf', ctx))
  assert.match(failure.message, /HF_ENDPOINT is not a URL/)
  assert.doesNotMatch(failure.message, /secret/)
})

test('a file that does not fit on the disk is refused before it is begun', async (t) => {
  const disk = smallDisk(t)
  if (!requirePart(t, 'tmpfs', disk.missing)) return
  const files = { 'org/repo/m-Q8_0.gguf': Buffer.alloc(2 * disk.bytes) }
  const { hub, ctx } = await hubAndContext(t, { files })
  const failure = await failureOf(
    downloadGguf('hf:org/repo/m-Q8_0.gguf', { ...ctx, cacheDir: disk.path }),
  )
  assert.match(failure.message, /it needs 2\.0 MiB and the disk has 1\.0 MiB free/)
  assert.deepEqual(hub.requests, [])
})
