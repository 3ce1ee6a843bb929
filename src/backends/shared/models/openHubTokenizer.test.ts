import assert from 'node:assert/strict'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { quietContext } from '../../../testing/quietContext.ts'
import { openHubTokenizer } from './openHubTokenizer.ts'
import { resolveHubDirectory } from './resolveHubDirectory.ts'

const synthetic = { model: 'synthetic/tiny', dtype: 'fp16', weights: 'none', seed: 1 } as const
const text = 'Two cafés, 10 °C — 漢字 and 🙂.'

test('a synthetic model has one token per byte, and decodes what it encoded', async (t) => {
  const ctx = await quietContext(t)
  const { path } = await resolveHubDirectory(synthetic, ctx)
  const tokenizer = await openHubTokenizer({ path, isRemote: false }, ctx)
  const tokens = (await tokenizer?.encode(text)) ?? []
  assert.deepEqual(tokens, [...Buffer.from(text)])
  assert.equal(await tokenizer?.decode(tokens), text)
})

test('a token that begins every text is counted, and is no part of the text', async (t) => {
  const ctx = await quietContext(t)
  const { path } = await resolveHubDirectory(synthetic, ctx)
  const directory = join(ctx.cacheDir, 'with-bos')
  await mkdir(directory)
  const read = async (name: string) => JSON.parse(await readFile(join(path, name), 'utf8'))
  const tokenizer = await read('tokenizer.json')
  const [{ id, content }] = tokenizer.added_tokens
  tokenizer.post_processor = {
    type: 'TemplateProcessing',
    single: [{ SpecialToken: { id: content, type_id: 0 } }, { Sequence: { id: 'A', type_id: 0 } }],
    pair: [{ Sequence: { id: 'A', type_id: 0 } }, { Sequence: { id: 'B', type_id: 1 } }],
    special_tokens: { [content]: { id: content, ids: [id], tokens: [content] } },
  }
  await writeFile(join(directory, 'tokenizer.json'), JSON.stringify(tokenizer))
  const config = await read('tokenizer_config.json')
  await writeFile(join(directory, 'tokenizer_config.json'), JSON.stringify(config))
  const opened = await openHubTokenizer({ path: directory, isRemote: false }, ctx)
  const tokens = (await opened?.encode('Hi')) ?? []
  assert.deepEqual(tokens, [id, 72, 105])
  assert.equal(await opened?.decode(tokens), 'Hi')
})

test('a directory without a tokenizer has none', async (t) => {
  const ctx = await quietContext(t)
  assert.equal(await openHubTokenizer({ path: ctx.cacheDir, isRemote: false }, ctx), null)
})
