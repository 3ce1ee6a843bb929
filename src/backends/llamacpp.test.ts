import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { z } from 'zod'
import { type ExperimentConfig, experimentFields } from '../config/experimentConfig.ts'
import type { WorkerContext } from '../core/context.ts'
import { formatPath } from '../core/problem.ts'
import { quietContext } from '../testing/quietContext.ts'
import { requirePart } from '../testing/requirePart.ts'
import type { BackendSession, Completion } from './backend.ts'
import { backend } from './llamacpp.ts'

const configOf = (written: object): ExperimentConfig =>
  z.object(experimentFields).parse({ model: 'synthetic/tiny', backend: 'llamacpp', ...written })

const never = new AbortController().signal

/** Null after the test was skipped because the engine cannot run here. */
async function worldOf(t: TestContext): Promise<WorkerContext | null> {
  const found = await backend.probe(process.env)
  const missing = found.status === 'available' ? null : found.reason
  if (!requirePart(t, 'llamacpp', missing)) return null
  return quietContext(t)
}

const open = (ctx: WorkerContext, written: object, options: object): Promise<BackendSession> =>
  backend.open(
    configOf(written),
    backend.options.parse({ gpu: 'off', threads: 1, ...options }),
    ctx,
  )

async function ask(
  session: BackendSession,
  { prompt = 'hello there', seed = 1, maxOutputTokens = 16 } = {},
): Promise<Completion> {
  const promptTokens = (await session.tokenizer?.encode(prompt)) ?? null
  const request = { index: 0, prompt, promptTokens, maxOutputTokens, seed }
  return session.generate(request, () => {}, never)
}

test('settings that contradict each other or the workload are found while planning', () => {
  const paths = (written: object, options: object): string[] =>
    backend
      .check?.(configOf(written), backend.options.parse(options))
      .map(({ path }) => formatPath(path)) ?? []
  assert.deepEqual(paths({}, {}), [])
  assert.deepEqual(paths({ model: 'synthetic/tinny' }, {}), ['model'])
  assert.deepEqual(paths({ precision: 'fp8' }, {}), ['precision'])
  assert.deepEqual(paths({ load: { concurrency: 4 } }, { parallel: 2 }), ['llamacpp.parallel'])
  assert.deepEqual(paths({ load: { concurrency: 4 } }, { parallel: 4 }), [])
  assert.deepEqual(paths({ max_input_tokens: 300 }, { context_size: 256 }), [
    'llamacpp.context_size',
  ])
  assert.deepEqual(paths({}, { flash_attention: false, kv_type_v: 'q8_0' }), [
    'llamacpp.flash_attention',
  ])
  assert.deepEqual(paths({}, { flash_attention: false, kv_type_k: 'q8_0' }), [])
  assert.deepEqual(paths({ load: { concurrency: 4 } }, { batch_size: 2 }), ['llamacpp.batch_size'])
  assert.deepEqual(paths({}, { gpu: 'off', gpu_layers: 4 }), ['llamacpp.gpu_layers'])
})

test('what was asked for is what the engine says it uses', async (t) => {
  const ctx = await worldOf(t)
  if (ctx === null) return
  await using session = await open(
    ctx,
    { max_input_tokens: 300, max_output_tokens: 20, load: { concurrency: 3 } },
    { batch_size: 64, kv_type_k: 'q8_0', kv_type_v: 'q8_0', flash_attention: true, mmap: false },
  )
  await ask(session)
  const { threads, context_size, parallel, batch_size, flash_attention, gpu, mmap, kv_cache } =
    await session.observed()
  assert.deepEqual(
    { threads, context_size, parallel, batch_size, flash_attention, gpu, mmap },
    {
      threads: 1,
      context_size: 512,
      parallel: 3,
      batch_size: 64,
      flash_attention: 'enabled',
      gpu: 'off',
      mmap: false,
    },
  )
  assert.match(String(kv_cache), /K \(q8_0\).*V \(q8_0\)/)
  assert.match(await readFile(join(ctx.runDir, 'backend.log'), 'utf8'), /llama_model_loader/)
})

test('a GPU that is not there is an error, not a CPU', async (t) => {
  const ctx = await worldOf(t)
  if (ctx === null) return
  const gpu = process.platform === 'darwin' ? 'cuda' : 'metal'
  await assert.rejects(open(ctx, {}, { gpu }), { code: 'BACKEND_UNAVAILABLE' })
})
