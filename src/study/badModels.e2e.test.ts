import assert from 'node:assert/strict'
import { truncateSync, writeFileSync } from 'node:fs'
import { totalmem } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { loadBackend } from '../backends/registry.gen.ts'
import { planSynthetic } from '../backends/shared/models/planSynthetic.ts'
import type { FailureFile } from '../store/failureFile.ts'
import { requirePart } from '../testing/requirePart.ts'
import { failureOf, quick, temporary, watchStudy } from '../testing/watchStudy.ts'

async function failureWith(t: TestContext, model: string): Promise<FailureFile> {
  const run = await watchStudy(t, { ...quick, backend: 'llamacpp', model })
  assert.equal(run.exitCode, 5)
  return failureOf(run)
}

/** A model file with a true header and as many bytes, all zero but the header, without taking room on the disk. */
function sparseModel(t: TestContext, shape: string, share: number): string {
  const path = join(temporary(t), `${shape}.gguf`)
  const { header, fileBytes } = planSynthetic(`synthetic/${shape}`, 'fp16')
  writeFileSync(path, header)
  truncateSync(path, Math.floor(fileBytes * share))
  return path
}

test('a model file that is not there is told with its path', async (t) => {
  const path = join(temporary(t), 'absent.gguf')
  const { code, phase, message, hint } = await failureWith(t, path)
  assert.deepEqual([code, phase], ['MODEL_FILE_MISSING', 'prepare'])
  assert.ok(message.includes(path))
  assert.match(hint, /synthetic/)
})

test('a model file that was cut short is told as such', async (t) => {
  const path = sparseModel(t, 'tiny', 0.5)
  const { code, phase, message, hint } = await failureWith(t, path)
  assert.deepEqual([code, phase], ['MODEL_FILE_DAMAGED', 'prepare'])
  assert.ok(message.includes(path))
  assert.match(message, /too short/)
  assert.match(hint, /rm /)
})

test('a file that is no model is told as such', async (t) => {
  const path = join(temporary(t), 'text.gguf')
  for (const text of ['', 'GGUF\x03\x00\x00\x00garbage and more of it']) {
    writeFileSync(path, text)
    assert.equal((await failureWith(t, path)).code, 'MODEL_FILE_DAMAGED', JSON.stringify(text))
  }
})

test('a model larger than the memory is refused before it is loaded', async (t) => {
  const engine = await loadBackend('llamacpp')
  const found = await engine?.probe(process.env)
  const missing = found?.status === 'available' ? null : 'the engine cannot run here'
  if (!requirePart(t, 'llamacpp', missing)) return
  const shape = 'llama-3.1-70b'
  if (planSynthetic(`synthetic/${shape}`, 'fp16').fileBytes < totalmem()) {
    return t.skip('this machine has memory for every shape we know')
  }
  const { code, message, hint, phase } = await failureWith(t, sparseModel(t, shape, 1))
  assert.deepEqual([code, phase], ['MODEL_TOO_LARGE', 'launch'])
  assert.match(message, /needs about 1\d\d\.\d GiB of memory and .* are available/)
  assert.match(hint, /smaller/)
})
