import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { monotonicClock } from '../../../core/clock.ts'
import type { WorkerContext } from '../../../core/context.ts'
import { resolveGguf } from './resolveGguf.ts'

async function quietContext(t: TestContext): Promise<WorkerContext> {
  const cacheDir = await mkdtemp(join(tmpdir(), 'llem-models-'))
  t.after(() => rm(cacheDir, { recursive: true }))
  const { signal } = new AbortController()
  return { clock: monotonicClock, env: {}, signal, cacheDir, runDir: cacheDir, emit: () => {} }
}

const hashOf = async (path: string): Promise<string> =>
  createHash('sha256')
    .update(await readFile(path))
    .digest('hex')

test('the same shape, precision and seed give the same bytes, another seed gives others', async (t) => {
  const [here, there] = [await quietContext(t), await quietContext(t)]
  const request = { model: 'synthetic/tiny', precision: 'q8_0', seed: 1 } as const
  const first = await resolveGguf({ ...request, ctx: here })
  const second = await resolveGguf({ ...request, ctx: there })
  const other = await resolveGguf({ ...request, seed: 2, ctx: here })
  assert.equal(await hashOf(first.path), await hashOf(second.path))
  assert.notEqual(await hashOf(first.path), await hashOf(other.path))
})

test('a model that is there already is not written again', async (t) => {
  const ctx = await quietContext(t)
  const request = { model: 'synthetic/tiny', precision: undefined, seed: 1, ctx }
  const first = await stat((await resolveGguf(request)).path)
  const second = await stat((await resolveGguf(request)).path)
  assert.deepEqual([second.ino, second.mtimeMs], [first.ino, first.mtimeMs])
})

test('two writers at once leave one whole file and nothing else', async (t) => {
  const ctx = await quietContext(t)
  const request = { model: 'synthetic/tiny', precision: 'q4_0', seed: 1, ctx } as const
  const [first, second] = await Promise.all([resolveGguf(request), resolveGguf(request)])
  assert.equal(first.path, second.path)
  assert.equal((await readdir(join(ctx.cacheDir, 'synthetic'))).length, 1)
})

test('an aborted write leaves nothing', async (t) => {
  const ctx = await quietContext(t)
  const signal = AbortSignal.abort(new Error('enough'))
  const request = { model: 'synthetic/tiny', precision: undefined, seed: 1 }
  await assert.rejects(resolveGguf({ ...request, ctx: { ...ctx, signal } }), /enough/)
  assert.deepEqual(await readdir(join(ctx.cacheDir, 'synthetic')), [])
})
