import assert from 'node:assert/strict'
import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import type { WorkerEvent } from '../../../core/events.ts'
import { quietContext } from '../../../testing/quietContext.ts'
import { watchGpuMemory } from './watchGpuMemory.ts'

const mebibyte = 2 ** 20

/** A machine with two GPUs whose `nvidia-smi` tells what the test says. */
async function machine(t: TestContext) {
  const events: WorkerEvent[] = []
  const ctx = await quietContext(t, { emit: (event) => events.push(event) })
  const used = join(ctx.runDir, 'used')
  const program = join(ctx.runDir, 'nvidia-smi')
  writeFileSync(program, `#!/bin/sh\nexec cat '${used}'\n`)
  chmodSync(program, 0o755)
  const tell = (first: number, second: number): void =>
    writeFileSync(used, `GPU-1a, ${first}\nGPU-2b, ${second}\n`)
  const env = { PATH: `${ctx.runDir}:${process.env['PATH']}` }
  return { events, tell, ctx: { ...ctx, env } }
}

test('what an engine holds is what rose, on the GPUs on which it rose', async (t) => {
  const { ctx, tell } = await machine(t)
  tell(500, 4000)
  const watch = await watchGpuMemory(ctx)
  assert.equal(await watch.look(), null)
  tell(70_500, 4100)
  assert.equal(await watch.look(), 70_000 * mebibyte)
  tell(60_500, 4000)
  assert.equal(await watch.look(), 70_000 * mebibyte, 'the most that was seen')
  tell(510, 9000)
  await watch.waitUntilFree()
})

test('GPUs of other runs are not looked at', async (t) => {
  const { ctx, tell } = await machine(t)
  tell(500, 4000)
  const env = { ...ctx.env, CUDA_VISIBLE_DEVICES: 'GPU-2b' }
  const watch = await watchGpuMemory({ ...ctx, env })
  tell(70_500, 6000)
  assert.equal(await watch.look(), 2000 * mebibyte)
})

test('memory that is not given back is told after a while', async (t) => {
  const { ctx, tell, events } = await machine(t)
  tell(500, 4000)
  const watch = await watchGpuMemory(ctx, 0)
  tell(70_500, 4000)
  await watch.look()
  await watch.waitUntilFree()
  const [told] = events
  assert.ok(told?.type === 'warned')
  assert.match(told.warning.message, /^GPU-1a still held memory .* after the engine had ended/)
})

test('without nvidia-smi nobody tells', async (t) => {
  const watch = await watchGpuMemory(await quietContext(t))
  assert.equal(await watch.look(), null)
  await watch.waitUntilFree()
})
