import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { z } from 'zod'
import { experimentFields } from '../../../config/experimentConfig.ts'
import { AppError } from '../../../core/errors.ts'
import { installFakeEngines } from '../../../testing/fakeEngines.ts'
import { quietContext } from '../../../testing/quietContext.ts'
import { backend } from '../../vllm.ts'

const config = z.object(experimentFields).parse({ model: 'synthetic/tiny', backend: 'vllm' })
const options = backend.options.parse({})

async function world(t: TestContext, env: Record<string, string>) {
  const engines = installFakeEngines(['vllm'])
  t.after(engines.remove)
  const ctx = await quietContext(t)
  return { ...ctx, env: { ...engines.env, ...env, FAKE_ENGINE_MARK: join(ctx.runDir, 'mark') } }
}

test('a port that somebody took in the meantime is tried again with another', async (t) => {
  const session = await backend.open(
    config,
    options,
    await world(t, { FAKE_ENGINE: 'portTakenOnce' }),
  )
  t.after(() => session[Symbol.asyncDispose]())
  assert.equal(session.version, '1')
})

test('an engine that dies in the run fails its requests and the run, with the reason', async (t) => {
  const ctx = await world(t, { FAKE_ENGINE: 'diesLater' })
  const session = await backend.open(config, options, ctx)
  t.after(() => session[Symbol.asyncDispose]())
  const request = { index: 0, prompt: 'hi', promptTokens: null, maxOutputTokens: 4096, seed: 1 }
  const never = new AbortController().signal
  const isDeath = (thrown: unknown): boolean =>
    thrown instanceof AppError && thrown.code === 'ENGINE_DIED'
  await writeFile(ctx.env.FAKE_ENGINE_MARK, '')
  while (await session.generate(request, () => {}, never).then(() => true, isLost));
  await assert.rejects(
    session.generate(request, () => {}, never),
    isDeath,
  )
  await assert.rejects(session.observed(), isDeath)
})

/** A request that was under way when the connection broke may end before the process is seen to have ended. */
const isLost = (thrown: unknown): boolean =>
  !(thrown instanceof AppError && thrown.code === 'ENGINE_DIED')

test('an engine that is not installed is told with what installs it', async (t) => {
  const ctx = await quietContext(t, { env: { PATH: '/nowhere' } })
  await assert.rejects(backend.open(config, options, ctx), (thrown) => {
    assert.ok(thrown instanceof AppError && thrown.code === 'BACKEND_UNAVAILABLE')
    assert.equal(thrown.hint, 'pip install vllm, or run it in a container: runners: {vllm: docker}')
    return true
  })
})
