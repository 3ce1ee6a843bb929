import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { jobNeeds } from './jobNeeds.ts'

function folder(t: TestContext): string {
  const path = realpathSync(mkdtempSync(join(tmpdir(), 'llem-needs-')))
  t.after(() => rmSync(path, { recursive: true }))
  return path
}

test('a job reads the files that its experiment names, at any depth', async (t) => {
  const root = folder(t)
  for (const name of ['model.gguf', 'prompts.jsonl', 'trace.csv'])
    writeFileSync(join(root, name), '')
  const declared = {
    model: join(root, 'model.gguf'),
    dataset: join(root, 'prompts.jsonl'),
    energy: { replay: { file: join(root, 'trace.csv') } },
    vllm: { extra_args: ['--chat-template', join(root, 'missing.jinja')] },
    backend: 'fake',
  }
  const { reads, needsNetwork } = await jobNeeds(declared, { env: {}, cacheDir: root })
  assert.deepEqual(
    reads.map((path) => path.slice(root.length + 1)),
    ['model.gguf', 'prompts.jsonl', 'trace.csv'],
  )
  assert.equal(needsNetwork, false)
})

test('a job needs the network for what lies on a hub', async (t) => {
  const root = folder(t)
  const needs = async (declared: Record<string, unknown>) =>
    (await jobNeeds(declared, { env: {}, cacheDir: root })).needsNetwork
  assert.equal(await needs({ model: 'hf:org/repo:q8_0' }), true)
  assert.equal(await needs({ model: 'org/repo' }), true)
  assert.equal(await needs({ model: 'synthetic/tiny', dataset: 'hf:org/data' }), true)
  assert.equal(await needs({ model: 'synthetic/tiny', dataset: 'synthetic' }), false)
  assert.equal(await needs({ model: 'anything' }), false)
})

test('the cache of the hub is shared, under the name that holds everywhere', async (t) => {
  const root = folder(t)
  const hub = join(root, 'huggingface')
  mkdirSync(hub)
  const env = { XDG_CACHE_HOME: root, HF_TOKEN: 'hf_secret', OTHER: '1' }
  const needs = await jobNeeds({}, { env, cacheDir: join(root, 'ours') })
  assert.deepEqual(needs.caches, [join(root, 'ours'), hub])
  assert.deepEqual(needs.env, { XDG_CACHE_HOME: root, HF_TOKEN: 'hf_secret', HF_HOME: hub })
})
