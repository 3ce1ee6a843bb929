import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { text } from 'node:stream/consumers'
import { type TestContext, test } from 'node:test'
import { openTokenizer, type TokenizerRoutes } from './openTokenizer.ts'

const bos = 1000
const routes: TokenizerRoutes = {
  encodeBody: (prompt) => ({ prompt }),
  decodeBody: (tokens) => ({ tokens }),
  textKey: 'prompt',
}

/** A tokenizer with one token per byte and one before every text, which it decodes as it stands. */
async function serve(t: TestContext): Promise<string> {
  const server = createServer(async (request, response) => {
    const { prompt, tokens } = JSON.parse(await text(request))
    const encoded = [bos, ...Buffer.from(prompt ?? '')]
    const decoded = (tokens ?? []).map((id: number) =>
      id === bos ? '<bos>' : String.fromCharCode(id),
    )
    response.end(
      JSON.stringify(prompt === undefined ? { prompt: decoded.join('') } : { tokens: encoded }),
    )
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => server.close())
  const address = server.address()
  return `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`
}

const signal = new AbortController().signal

test('a token that the engine puts before every text is counted, and is no part of the text', async (t) => {
  const tokenizer = await openTokenizer('vllm', { url: await serve(t), signal }, routes)
  const tokens = (await tokenizer?.encode('Hi you')) ?? []
  assert.deepEqual(tokens, [bos, ...Buffer.from('Hi you')])
  assert.equal(await tokenizer?.decode(tokens.slice(0, 3)), 'Hi')
  assert.equal(await tokenizer?.decode(tokens.slice(1)), 'Hi you')
})

test('a server without these routes has no tokenizer', async () => {
  assert.equal(await openTokenizer('vllm', { url: 'http://127.0.0.1:1', signal }, routes), null)
})
