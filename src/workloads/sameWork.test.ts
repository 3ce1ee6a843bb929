import assert from 'node:assert/strict'
import { test } from 'node:test'
import { z } from 'zod'
import type { GenerateRequest, Tokenizer } from '../backends/backend.ts'
import { loadBackend } from '../backends/registry.gen.ts'
import { openHubTokenizer } from '../backends/shared/models/openHubTokenizer.ts'
import { resolveHubDirectory } from '../backends/shared/models/resolveHubDirectory.ts'
import { experimentFields } from '../config/experimentConfig.ts'
import type { WorkerContext } from '../core/context.ts'
import { quietContext } from '../testing/quietContext.ts'
import { requirePart } from '../testing/requirePart.ts'
import { preparePrompts } from './preparePrompts.ts'

const written = { model: 'synthetic/tiny', n: 20, max_input_tokens: 40, load: { concurrency: 2 } }

/** The requests that a backend would get. */
async function requestsOf(tokenizer: Tokenizer, ctx: WorkerContext): Promise<GenerateRequest[]> {
  const config = z.object(experimentFields).parse(written)
  const prompts = await preparePrompts({ config, tokenizer, warmupCount: 3, ctx })
  return [...prompts.measured, ...prompts.warmup]
}

test('an embedded engine and one of Hugging Face models get the same prompts, token for token', async (t) => {
  const ctx = await quietContext(t, { env: process.env })
  const backend = await loadBackend('llamacpp')
  assert.ok(backend !== null)
  const found = await backend.probe(ctx.env)
  const missing = found.status === 'available' ? null : found.reason
  if (!requirePart(t, 'llamacpp', missing)) return
  const config = z.object(experimentFields).parse(written)
  const options = backend.options.parse({ gpu: 'off', threads: 1 })
  await using session = await backend.open(config, options, ctx)
  const { path } = await resolveHubDirectory(
    { model: config.model, dtype: 'fp16', weights: 'none', seed: 1 },
    ctx,
  )
  const files = await openHubTokenizer({ path, isRemote: false }, ctx)
  assert.ok(session.tokenizer !== undefined && files !== null)
  const embedded = await requestsOf(session.tokenizer, ctx)
  assert.equal(embedded.length, 23)
  assert.deepEqual(await requestsOf(files, ctx), embedded)
})
