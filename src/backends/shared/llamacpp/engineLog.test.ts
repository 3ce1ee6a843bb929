import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { openEngineLog } from './engineLog.ts'

test('keeps the lines of the engine in backend.log, without its progress dots', async (t) => {
  const dir = await mkdtemp(join(tmpdir(), 'llem-log-'))
  t.after(() => rm(dir, { recursive: true }))
  const log = openEngineLog(dir)
  for (const message of ['one\n', '.', '..', 'two']) log.write(message)
  await log[Symbol.asyncDispose]()
  await log[Symbol.asyncDispose]()
  assert.equal(await readFile(join(dir, 'backend.log'), 'utf8'), 'one\ntwo\n')
})

test('finds what the engine said last, and outlives a directory that is not there', async () => {
  await using log = openEngineLog('/no/such/directory')
  log.write('flash_attn = disabled')
  log.write('flash_attn = enabled')
  assert.equal(log.find(/flash_attn = (\w+)/), 'enabled')
  assert.equal(log.find(/n_ctx = (\d+)/), null)
})
