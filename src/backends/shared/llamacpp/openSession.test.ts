import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { decoderSchema } from '../../../config/decoder.ts'
import { monotonicClock } from '../../../core/clock.ts'
import type { WorkerContext } from '../../../core/context.ts'
import { quietContext } from '../../../testing/quietContext.ts'
import { requirePart } from '../../../testing/requirePart.ts'
import type { BackendSession, Completion } from '../../backend.ts'
import { resolveGguf } from '../models/resolveGguf.ts'
import { type Engine, openEngine } from './openEngine.ts'
import { openSession } from './openSession.ts'
import { probePrebuilt } from './probePrebuilt.ts'

const never = new AbortController().signal

const settings = {
  gpu: 'off',
  gpuLayers: 'all',
  threads: 1,
  batchSize: 64,
  contextSize: 3072,
  sequences: 2,
  flashAttention: 'auto',
  kvTypeK: 'F16',
  kvTypeV: 'F16',
  mmap: true,
  mlock: false,
} as const

/** A tiny model with two sequences on one thread: bringing it up costs more than all that the tests ask of it. */
function openTiny(ctx: WorkerContext): Promise<Engine> {
  const source = { model: 'synthetic/tiny', precision: 'fp16', seed: 42, ctx } as const
  const model = { name: source.model, weightBytes: null, resolve: () => resolveGguf(source) }
  return openEngine({ ...settings, model }, ctx)
}

test('requests on one engine', async (t) => {
  const found = await probePrebuilt(process.env)
  if (!requirePart(t, 'llamacpp', found.status === 'available' ? null : found.reason)) return
  const engine = await openTiny(await quietContext(t))
  t.after(() => engine[Symbol.asyncDispose]())
  const sessionOf = (written: object = {}): BackendSession =>
    openSession({ engine, decoder: decoderSchema.parse(written), clock: monotonicClock })
  await testPasses(t, sessionOf())
  await testDecoder(t, sessionOf)
})

test('a model whose weights cannot fit is refused before its file is written', async (t) => {
  const found = await probePrebuilt(process.env)
  if (!requirePart(t, 'llamacpp', found.status === 'available' ? null : found.reason)) return
  const ctx = await quietContext(t)
  const resolve = (): never => assert.fail('it was written')
  const model = { name: 'huge', weightBytes: 2 ** 50, resolve }
  await assert.rejects(openEngine({ ...settings, model }, ctx), { code: 'MODEL_TOO_LARGE' })
})

async function testPasses(t: TestContext, session: BackendSession): Promise<void> {
  await t.test('in flight together share every decoding pass', async () => {
    const before = await passesOf(session)
    await Promise.all([ask(session, { prompt: 'one' }), ask(session, { prompt: 'the other' })])
    // One pass for both prompts, then 15 with a token of each: the last token of a request is computed no further.
    assert.equal((await passesOf(session)).passes - before.passes, 16)
  })

  await t.test('that join later share the passes that are left', async () => {
    const before = await passesOf(session)
    const late: Promise<Completion>[] = []
    let seen = 0
    const onTokens = (): void => {
      seen += 1
      if (seen === 4) late.push(ask(session, { prompt: 'late' }))
    }
    const request = { index: 0, prompt: 'early', promptTokens: null, maxOutputTokens: 16, seed: 1 }
    await session.generate(request, onTokens, never)
    await Promise.all(late)
    // 4 passes alone, one for the late prompt, 12 together, 3 alone; out of step there would be 32.
    const passes = (await passesOf(session)).passes - before.passes
    assert.ok(passes <= 21, `${passes} passes`)
  })

  await t.test('compute their whole prompt, whatever came before', async () => {
    const before = await passesOf(session)
    await ask(session, { prompt: 'x'.repeat(100) })
    await ask(session, { prompt: 'x'.repeat(100) })
    assert.equal((await passesOf(session)).tokens - before.tokens, 2 * (100 + 16 - 1))
  })

  await t.test('that do not fit the context are refused instead of cut', async () => {
    await assert.rejects(ask(session, { prompt: 'x'.repeat(3060) }), /do not fit a context of 3072/)
    assert.equal((await ask(session, { prompt: 'x'.repeat(3056) })).inputTokens, 3056)
  })

  await t.test('beyond the number of sequences are refused', async () => {
    const three = ['a', 'b', 'c'].map((prompt) => ask(session, { prompt }))
    const outcomes = await Promise.allSettled(three)
    assert.deepEqual(
      outcomes.map(({ status }) => status),
      ['fulfilled', 'fulfilled', 'rejected'],
    )
  })
}

async function testDecoder(
  t: TestContext,
  sessionOf: (written?: object) => BackendSession,
): Promise<void> {
  await t.test('draw their tokens by their own seed', async () => {
    const session = sessionOf({ temperature: 1 })
    const first = await ask(session, { seed: 1 })
    const again = await ask(session, { seed: 1 })
    const other = await ask(session, { seed: 2 })
    assert.equal(again.text, first.text)
    assert.notEqual(other.text, first.text)
  })

  await t.test('repeat themselves less with a repetition penalty', async () => {
    const plain = await ask(sessionOf())
    const penalized = await ask(sessionOf({ repetition_penalty: 5 }))
    assert.notEqual(penalized.text, plain.text)
    assert.equal(penalized.outputTokens, 16)
  })

  await t.test('may stop by themselves, but not before min_new_tokens', async () => {
    const session = sessionOf({ temperature: 2, ignore_eos: false, min_new_tokens: 40 })
    // One token in 512 ends the text: three in a thousand requests of 3000 tokens have none.
    let last = await ask(session, { seed: 1, maxOutputTokens: 3000 })
    if (last.finishReason !== 'stop') last = await ask(session, { seed: 2, maxOutputTokens: 3000 })
    assert.equal(last.finishReason, 'stop')
    const { outputTokens } = last
    assert.ok(outputTokens !== null && outputTokens >= 40 && outputTokens < 3000)
  })
}

async function passesOf(session: BackendSession): Promise<{ passes: number; tokens: number }> {
  const { passes, tokens_computed } = await session.observed()
  return { passes: Number(passes), tokens: Number(tokens_computed) }
}

function ask(
  session: BackendSession,
  { prompt = 'hello there', seed = 1, maxOutputTokens = 16 } = {},
): Promise<Completion> {
  const request = { index: 0, prompt, promptTokens: null, maxOutputTokens, seed }
  return session.generate(request, () => {}, never)
}
