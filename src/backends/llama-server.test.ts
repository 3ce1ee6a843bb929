import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { z } from 'zod'
import { experimentFields } from '../config/experimentConfig.ts'
import { installFakeEngines } from '../testing/fakeEngines.ts'
import { quietContext } from '../testing/quietContext.ts'
import { backend } from './llama-server.ts'

const engines = installFakeEngines(['llama-server'])
after(engines.remove)

const sent = z.object({
  extraFields: z.object({ logit_bias: z.array(z.tuple([z.number(), z.literal(false)])) }),
})

test('made-up weights are kept from bytes that are no text, which end an answer with an error', async (t) => {
  const config = z
    .object(experimentFields)
    .parse({ model: 'synthetic/tiny', backend: backend.name })
  const ctx = await quietContext(t, { env: engines.env })
  const session = await backend.open(config, backend.options.parse({}), ctx)
  t.after(() => session[Symbol.asyncDispose]())
  const { logit_bias } = sent.parse(session.clientSettings).extraFields
  const ids = logit_bias.map(([id]) => id)
  assert.deepEqual([ids.length, Math.min(...ids), Math.max(...ids)], [128, 128, 255])
})
