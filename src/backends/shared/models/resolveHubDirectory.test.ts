import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { mkdir, readdir, readFile, stat, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { AppError } from '../../../core/errors.ts'
import { quietContext } from '../../../testing/quietContext.ts'
import { checkHubModel } from './parseHubReference.ts'
import { planSafetensors } from './planSafetensors.ts'
import { checkHubDirectory, type HubRequest, resolveHubDirectory } from './resolveHubDirectory.ts'
import { shapes } from './shapes.ts'

const request: HubRequest = {
  model: 'synthetic/tiny',
  dtype: 'fp16',
  weights: 'safetensors',
  seed: 1,
}

const hashOf = async (path: string): Promise<string> =>
  createHash('sha256')
    .update(await readFile(path))
    .digest('hex')

const names = ['config.json', 'generation_config.json', 'tokenizer.json', 'tokenizer_config.json']

test('a synthetic directory has a config and a tokenizer, and weights when they are asked for', async (t) => {
  const ctx = await quietContext(t)
  const bare = await resolveHubDirectory({ ...request, weights: 'none' }, ctx)
  const full = await resolveHubDirectory(request, ctx)
  assert.deepEqual((await readdir(bare.path)).sort(), names)
  assert.deepEqual((await readdir(full.path)).sort(), [
    'config.json',
    'generation_config.json',
    'model.safetensors',
    ...names.slice(2),
  ])
  assert.deepEqual(full.facts, bare.facts)
})

test('the same request gives the same bytes, another seed gives other weights', async (t) => {
  const [here, there] = [await quietContext(t), await quietContext(t)]
  const first = await resolveHubDirectory(request, here)
  const second = await resolveHubDirectory(request, there)
  const other = await resolveHubDirectory({ ...request, seed: 2 }, here)
  for (const name of [...names, 'model.safetensors']) {
    assert.equal(await hashOf(join(first.path, name)), await hashOf(join(second.path, name)))
  }
  const weights = 'model.safetensors'
  assert.notEqual(await hashOf(join(first.path, weights)), await hashOf(join(other.path, weights)))
})

test('what is whole is kept, and what was cut short is written again', async (t) => {
  const ctx = await quietContext(t)
  const { path } = await resolveHubDirectory(request, ctx)
  const [weights, config] = [join(path, 'model.safetensors'), join(path, 'config.json')]
  const before = [await hashOf(weights), await hashOf(config), (await stat(weights)).ino]
  await truncate(config, 10)
  await resolveHubDirectory(request, ctx)
  assert.deepEqual([await hashOf(weights), await hashOf(config), (await stat(weights)).ino], before)
  await truncate(weights, 1000)
  await resolveHubDirectory(request, ctx)
  assert.equal(await hashOf(weights), before[0])
})

for (const dtype of ['fp32', 'fp16', 'bf16'] as const) {
  test(`a ${dtype} directory, read back, says what was planned`, async (t) => {
    const ctx = await quietContext(t)
    const made = await resolveHubDirectory({ ...request, dtype }, ctx)
    const read = await resolveHubDirectory({ ...request, model: made.path }, ctx)
    assert.deepEqual(
      read.facts && { ...read.facts, name: 'synthetic/tiny', weights: 'random' },
      made.facts,
    )
  })
}

test('the tensors of every shape follow each other without a gap', () => {
  for (const shape of Object.keys(shapes)) {
    const plan = planSafetensors(`synthetic/${shape}`, 'bf16')
    assert.equal(plan.header.length % 8, 0, shape)
    for (const { byteLength } of plan.tensors) assert.equal(byteLength % 32, 0, shape)
  }
})

test('a repository is left to the engine', async (t) => {
  const ctx = await quietContext(t)
  const resolved = await resolveHubDirectory({ ...request, model: 'hf:org/Name-1.5B' }, ctx)
  assert.deepEqual(resolved, { path: 'org/Name-1.5B', facts: null })
})

test('quantized weights have no exact count', async (t) => {
  const ctx = await quietContext(t)
  const { path } = await resolveHubDirectory(request, ctx)
  const config: unknown = JSON.parse(await readFile(join(path, 'config.json'), 'utf8'))
  const quantized = { ...Object(config), quantization_config: { quant_method: 'awq' } }
  await writeFile(join(path, 'config.json'), JSON.stringify(quantized))
  const { facts } = await resolveHubDirectory({ ...request, model: path }, ctx)
  assert.equal(facts, null)
})

test('what is no model directory is refused with a way out', async (t) => {
  const ctx = await quietContext(t)
  const refusal = (model: string): Promise<string> =>
    resolveHubDirectory({ ...request, model }, ctx).then(
      () => 'resolved',
      (cause) => (cause instanceof AppError ? `${cause.code}: ${cause.message} ${cause.hint}` : ''),
    )
  await mkdir(join(ctx.cacheDir, 'empty'))
  assert.match(
    await refusal(join(ctx.cacheDir, 'empty')),
    /^MODEL_DIRECTORY_UNUSABLE: .*there is no config\.json in .* Name a directory/,
  )
  assert.match(await refusal('org/name'), /write hf:org\/name for the repository/)
  assert.match(await refusal('synthetic/tyni'), /did you mean "synthetic\/tiny"/)
})

test('weights that were cut short are found without loading them', async (t) => {
  const ctx = await quietContext(t)
  const { path } = await resolveHubDirectory(request, ctx)
  await checkHubDirectory(path, '.')
  const weights = join(path, 'model.safetensors')
  await truncate(weights, (await stat(weights)).size - 4096)
  await assert.rejects(checkHubDirectory(path, '.'), {
    code: 'MODEL_DIRECTORY_UNUSABLE',
    message: `cannot load "${weights}": it is 4.0 KiB too short`,
  })
})

test('what a text cannot name is found while planning', () => {
  const hintOf = (model: string): string | undefined => checkHubModel(model)[0]?.hint
  assert.deepEqual(checkHubModel('synthetic/tiny'), [])
  assert.deepEqual(checkHubModel('hf:org/name'), [])
  assert.deepEqual(checkHubModel('./org/name'), [])
  assert.deepEqual(checkHubModel('/models/name'), [])
  assert.match(hintOf('hf:org/name:Q4_K_M') ?? '', /set backend: llamacpp/)
  assert.match(hintOf('hf:name') ?? '', /for example hf:/)
  assert.match(hintOf('some/model.gguf') ?? '', /set backend: llamacpp/)
  assert.match(hintOf('Qwen/Qwen2.5-0.5B') ?? '', /write hf:Qwen\/Qwen2\.5-0\.5B/)
})
