import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { copyFile, readdir, readFile, stat, truncate, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { AppError } from '../../../core/errors.ts'
import { quietContext } from '../../../testing/quietContext.ts'
import { requirePart } from '../../../testing/requirePart.ts'
import { smallDisk } from '../../../testing/smallDisk.ts'
import { planSynthetic } from './planSynthetic.ts'
import { resolveGguf } from './resolveGguf.ts'

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

test('what a writer left that was killed is removed', async (t) => {
  const ctx = await quietContext(t)
  const { path } = await resolveGguf({ model: 'synthetic/tiny', precision: 'q4_0', seed: 1, ctx })
  await truncate(path, 1000)
  await writeFile(`${path}.dead.tmp`, 'begun')
  await utimes(`${path}.dead.tmp`, 0, 0)
  await writeFile(`${path}.alive.tmp`, 'going on')
  await resolveGguf({ model: 'synthetic/tiny', precision: 'q4_0', seed: 1, ctx })
  const left = (await readdir(join(ctx.cacheDir, 'synthetic'))).map(
    (name) => name.split('.gguf')[1],
  )
  assert.deepEqual(left.sort(), ['', '.alive.tmp'])
})

for (const precision of ['fp32', 'fp16', 'bf16', 'q8_0', 'q4_0'] as const) {
  test(`a ${precision} file, read back, says what was planned`, async (t) => {
    const ctx = await quietContext(t)
    const { path } = await resolveGguf({ model: 'synthetic/tiny', precision, seed: 1, ctx })
    const read = await resolveGguf({ model: path, precision, seed: 1, ctx })
    const { facts } = planSynthetic('synthetic/tiny', precision)
    assert.deepEqual({ ...read.facts, name: facts.name }, facts)
  })
}

test('a file cannot be had in another precision', async (t) => {
  const ctx = await quietContext(t)
  const { path } = await resolveGguf({ model: 'synthetic/tiny', precision: 'q8_0', seed: 1, ctx })
  await assert.rejects(
    resolveGguf({ model: path, precision: 'fp16', seed: 1, ctx }),
    /cannot be had in precision fp16, only in Q8_0/,
  )
})

test('a file that is missing, cut short or something else is refused', async (t) => {
  const ctx = await quietContext(t)
  const { path } = await resolveGguf({ model: 'synthetic/tiny', precision: 'q8_0', seed: 1, ctx })
  const codeOf = (model: string): Promise<string> =>
    resolveGguf({ model, precision: undefined, seed: 1, ctx }).then(
      () => 'resolved',
      (cause) => (cause instanceof AppError ? `${cause.code}: ${cause.message}` : String(cause)),
    )
  const [whole, cut, head, text] = ['whole', 'cut', 'head', 'text'].map((name) =>
    join(ctx.cacheDir, `${name}.gguf`),
  )
  assert.ok(whole && cut && head && text)
  for (const copy of [whole, cut, head]) await copyFile(path, copy)
  await truncate(cut, (await stat(path)).size - 100_000)
  await truncate(head, 3000)
  await writeFile(text, 'no model')
  assert.equal(await codeOf(whole), 'resolved')
  assert.match(await codeOf(cut), /^MODEL_FILE_DAMAGED: .* it is 97\.7 KiB too short/)
  assert.match(await codeOf(head), /^MODEL_FILE_DAMAGED/)
  assert.match(await codeOf(text), /^MODEL_FILE_DAMAGED: .* not starting with GGUF magic number/)
  assert.match(await codeOf(join(ctx.cacheDir, 'none.gguf')), /^MODEL_FILE_MISSING/)
  assert.match(await codeOf(ctx.cacheDir), /^MODEL_UNKNOWN/)
})

test('a cache that cannot be written is named', async (t) => {
  const ctx = await quietContext(t)
  const file = join(ctx.cacheDir, 'file')
  await writeFile(file, '')
  const request = { model: 'synthetic/tiny', precision: undefined, seed: 1 }
  await assert.rejects(
    resolveGguf({ ...request, ctx: { ...ctx, cacheDir: file } }),
    (cause) => cause instanceof AppError && cause.code === 'CACHE_UNWRITABLE',
  )
})

test('a model that does not fit on the disk is refused before it is begun', async (t) => {
  const disk = smallDisk(t)
  if (!requirePart(t, 'tmpfs', disk.missing)) return
  const ctx = { ...(await quietContext(t)), cacheDir: disk.path }
  await assert.rejects(
    resolveGguf({ model: 'synthetic/llama-25m', precision: 'q4_0', seed: 1, ctx }),
    (cause) =>
      cause instanceof AppError &&
      /^cannot write [^:]+: it needs 13\.8 MiB and the disk has 1\.0 MiB free$/.test(cause.message),
  )
  assert.deepEqual(await readdir(join(disk.path, 'synthetic')), [])
})
