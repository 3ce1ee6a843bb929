import assert from 'node:assert/strict'
import { mkdtemp, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { makeDirectory } from './makeDirectory.ts'

test('parents are made, and what is there already is fine', async () => {
  const path = join(await mkdtemp(join(tmpdir(), 'llem-')), 'a', 'b', 'c')
  await makeDirectory(path)
  await makeDirectory(path)
  assert.ok((await stat(path)).isDirectory())
})

test('many at once make one directory', async () => {
  const path = join(await mkdtemp(join(tmpdir(), 'llem-')), 'a', 'b')
  await Promise.all(Array.from({ length: 20 }, () => makeDirectory(path)))
  assert.ok((await stat(path)).isDirectory())
})

test('a file in the way is an error', async () => {
  const path = join(await mkdtemp(join(tmpdir(), 'llem-')), 'file')
  await writeFile(path, '')
  await assert.rejects(makeDirectory(path), { code: 'EEXIST' })
  await assert.rejects(makeDirectory(join(path, 'below')), { code: 'EEXIST' })
})

test('a place where nothing can be made is an error, not an endless loop', {
  skip: process.platform === 'linux' ? false : 'needs /proc',
}, async () => {
  await assert.rejects(makeDirectory('/proc/llem/below'), { code: 'ENOENT' })
})
