import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { z } from 'zod'
import { requirePart } from '../testing/requirePart.ts'
import { smallDisk } from '../testing/smallDisk.ts'
import { AppError } from './errors.ts'
import { errorCodeOf, readJson, writeError, writeFileAtomic, writeJson } from './files.ts'

const dir = mkdtempSync(join(tmpdir(), 'llem-files-'))
after(() => rmSync(dir, { recursive: true }))
const pairSchema = z.strictObject({
  a: z.number(),
  list: z.array(z.strictObject({ b: z.string() })),
})

test('a file is written whole, and nothing else is left beside it', async () => {
  const folder = join(dir, 'whole')
  mkdirSync(folder)
  await writeFileAtomic(join(folder, 'text'), 'first')
  await writeFileAtomic(join(folder, 'text'), 'second')
  assert.equal(readFileSync(join(folder, 'text'), 'utf8'), 'second')
  assert.deepEqual(readdirSync(folder), ['text'])
})

test('a reader sees the old text or the new and never a part, with many writers at once', async () => {
  const path = join(dir, 'contended')
  const texts = ['a', 'b', 'c', 'd'].map((letter) => letter.repeat(300_000))
  await writeFileAtomic(path, texts[0] ?? '')
  let isWriting = true
  const read = async (): Promise<number> => {
    let count = 0
    for (; isWriting; count++) assert.ok(texts.includes(await readFile(path, 'utf8')))
    return count
  }
  const reader = read()
  for (let round = 0; round < 5; round++) {
    await Promise.all(texts.map((text) => writeFileAtomic(path, text)))
  }
  isWriting = false
  assert.ok((await reader) > 0)
})

test('a full disk is told as such, keeps the old file and leaves no part of the new', async (t) => {
  const disk = smallDisk(t)
  if (!requirePart(t, 'tmpfs', disk.missing)) return
  const path = join(disk.path, 'result.json')
  await writeFileAtomic(path, 'old')
  await assert.rejects(writeFileAtomic(path, new Uint8Array(disk.bytes)), (error: unknown) => {
    assert.ok(error instanceof AppError)
    assert.equal(error.code, 'DISK_FULL')
    assert.equal(error.exitCode, 3)
    assert.match(error.message, /result\.json/)
    return true
  })
  assert.equal(readFileSync(path, 'utf8'), 'old')
  assert.deepEqual(readdirSync(disk.path), ['result.json'])
})

test('what the system says of a full disk or quota becomes DISK_FULL', () => {
  for (const code of ['ENOSPC', 'EDQUOT']) {
    assert.equal(writeError('/x/y', Object.assign(new Error(code), { code })).code, 'DISK_FULL')
  }
})

test('a directory that is not there or is a file cannot be written to', async () => {
  writeFileSync(join(dir, 'plain'), '')
  for (const path of [join(dir, 'nowhere', 'x'), join(dir, 'plain', 'x')]) {
    await assert.rejects(writeFileAtomic(path, 'text'), { code: 'RESULTS_UNWRITABLE' })
  }
})

test('a directory that may not be written to is told with its name', async (t) => {
  const folder = join(dir, 'locked')
  mkdirSync(folder)
  chmodSync(folder, 0o500)
  // Permissions do not bind root, and an attribute that does is not on every file system.
  const isRoot = process.getuid?.() === 0
  const missing = isRoot ? setImmutable(folder, true) : null
  if (!requirePart(t, 'unwritable', missing)) return
  t.after(() => isRoot && setImmutable(folder, false))
  await assert.rejects(writeFileAtomic(join(folder, 'x'), 'text'), (error: unknown) => {
    assert.ok(error instanceof AppError)
    assert.equal(error.code, 'RESULTS_UNWRITABLE')
    assert.match(error.message, /locked/)
    return true
  })
})

test('JSON comes back as it was written', async () => {
  const path = join(dir, 'pair.json')
  await writeJson(path, pairSchema, { a: 1, list: [{ b: 'é' }] })
  assert.deepEqual(await readJson(path, pairSchema), { a: 1, list: [{ b: 'é' }] })
  assert.equal(readFileSync(path, 'utf8').at(-1), '\n')
})

test('a value that does not fit its schema is not written', async () => {
  const path = join(dir, 'not-written.json')
  await assert.rejects(writeJson(path, pairSchema, { a: Number.NaN, list: [] }), z.ZodError)
  await assert.rejects(readFile(path), { code: 'ENOENT' })
})

test('damaged JSON is told with the file and the place', async () => {
  const path = join(dir, 'damaged.json')
  for (const [text, told] of [
    ['', /damaged\.json.*JSON/],
    ['{"a":1,"li', /damaged\.json.*JSON/],
    ['{"a":1,"list":[{"b":2}]}', /damaged\.json.*: list\[0\]\.b: .*string/],
    ['{"a":1,"list":[],"c":1}', /damaged\.json.*"c"/],
    ['[]', /damaged\.json does not hold what it should: Invalid/],
  ] as const) {
    writeFileSync(path, text)
    await assert.rejects(readJson(path, pairSchema), (error: unknown) => {
      assert.ok(error instanceof AppError)
      assert.equal(error.code, 'FILE_DAMAGED')
      assert.match(error.message, told)
      return true
    })
  }
})

test('a file that is not there is not a damaged one', async () => {
  await assert.rejects(readJson(join(dir, 'absent.json'), pairSchema), (error: unknown) => {
    assert.equal(errorCodeOf(error), 'ENOENT')
    return true
  })
})

/** Says why the attribute cannot be set, or null when it was. */
function setImmutable(path: string, isSet: boolean): string | null {
  try {
    execFileSync('chattr', [isSet ? '+i' : '-i', path], { stdio: 'ignore' })
    return null
  } catch {
    return 'root may write everywhere here'
  }
}
