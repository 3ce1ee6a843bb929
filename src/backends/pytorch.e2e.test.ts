import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { z } from 'zod'
import { experimentFields } from '../config/experimentConfig.ts'
import { quietContext } from '../testing/quietContext.ts'
import { requirePart } from '../testing/requirePart.ts'
import { preparePrompts } from '../workloads/preparePrompts.ts'
import type { BackendSession } from './backend.ts'
import { backend } from './pytorch.ts'
import { openHubTokenizer } from './shared/models/openHubTokenizer.ts'
import { resolveHubDirectory } from './shared/models/resolveHubDirectory.ts'

const configOf = (written: object) =>
  z.object(experimentFields).parse({
    model: 'synthetic/tiny',
    backend: 'pytorch',
    // Where rounding cannot turn the order of two tokens that are nearly alike.
    precision: 'fp32',
    max_input_tokens: 40,
    load: { concurrency: 3 },
    ...written,
  })

async function open(t: TestContext, options: object = {}, written: object = {}) {
  const found = await backend.probe(process.env)
  const missing = found.status === 'available' ? null : found.reason
  if (!requirePart(t, 'transformers', missing)) return null
  const ctx = await quietContext(t, { env: process.env })
  const chosen = backend.options.parse({ device: 'cpu', ...options })
  const session = await backend.open(configOf(written), chosen, ctx)
  t.after(() => session[Symbol.asyncDispose]())
  return { session, ctx }
}

const prompts = ['one', 'another that is longer', 'and a third: as long as a prompt is in a chat']

async function textOf(session: BackendSession, prompt: string): Promise<string | null> {
  const promptTokens = [...Buffer.from(prompt)]
  const request = { index: 0, prompt, promptTokens, maxOutputTokens: 20, seed: 1 }
  const signal = new AbortController().signal
  const { text, outputTokens } = await session.generate(request, () => {}, signal)
  assert.equal(outputTokens, 20)
  return text
}

test('padding changes nothing of what a row says', async (t) => {
  const opened = await open(t)
  if (opened === null) return
  const together = await Promise.all(prompts.map((prompt) => textOf(opened.session, prompt)))
  assert.equal((await opened.session.observed())['batches'], 1)
  const alone: (string | null)[] = []
  for (const prompt of prompts) alone.push(await textOf(opened.session, prompt))
  assert.deepEqual(together, alone)
})

test('drafted tokens change nothing of what is said', async (t) => {
  const plain = await open(t)
  const drafted = await open(t, { prompt_lookup_num_tokens: 3, batch_size: 1 })
  if (plain === null || drafted === null) return
  for (const prompt of prompts) {
    assert.equal(await textOf(drafted.session, prompt), await textOf(plain.session, prompt))
  }
})

for (const model of ['synthetic/tiny', 'synthetic/qwen2.5-0.5b', 'synthetic/qwen3-0.6b']) {
  test(`${model} is what its dimensions say, and is asked the same as by others`, async (t) => {
    const opened = await open(t, {}, { model, precision: 'bf16' })
    if (opened === null) return
    const { session, ctx } = opened
    const { path, facts } = await resolveHubDirectory(
      { model, dtype: 'bf16', weights: 'none', seed: 42 },
      ctx,
    )
    assert.deepEqual(session.model, facts)
    const files = await openHubTokenizer({ path, isRemote: false }, ctx)
    assert.ok(session.tokenizer !== undefined && files !== null)
    const config = configOf({ model, n: 10 })
    const promptsBy = (tokenizer: typeof files) =>
      preparePrompts({ config, tokenizer, warmupCount: 0, ctx })
    assert.deepEqual(await promptsBy(session.tokenizer), await promptsBy(files))
  })
}
