import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { programArgv } from '../testing/programs.ts'
import { runQuietly } from '../testing/runQuietly.ts'
import { type FileLock, type LockAttempt, tryLock } from './fileLock.ts'

const holder = { pid: 42, doing: 'results/study-1', since: '2026-01-02T03:04:05.000Z' }

function lockPath(t: TestContext): string {
  const directory = mkdtempSync(join(tmpdir(), 'llem-lock-'))
  t.after(() => rmSync(directory, { recursive: true }))
  return join(directory, 'gpu.lock')
}

function held(attempt: LockAttempt): FileLock {
  assert.ok(attempt.status === 'held', JSON.stringify(attempt))
  return attempt.lock
}

test('a lock is held once, and whoever finds it taken learns by whom', async (t) => {
  const path = lockPath(t)
  await using _lock = held(await tryLock(path, holder))
  assert.deepEqual(await tryLock(path, { ...holder, pid: 43 }), { status: 'taken', holder })
})

test('a lock that was given back can be had again', async (t) => {
  const path = lockPath(t)
  await held(await tryLock(path, holder))[Symbol.asyncDispose]()
  await held(await tryLock(path, holder))[Symbol.asyncDispose]()
})

test('a program that inherited a lock keeps it when its first holder lets go', async (t) => {
  const path = lockPath(t)
  const lock = held(await tryLock(path, holder))
  const ending = new AbortController()
  let running: Promise<unknown> = Promise.resolve()
  await new Promise<void>((resolve) => {
    running = runQuietly(programArgv('endsOnSigterm'), {
      heldFiles: [lock.fd],
      onLine: () => resolve(),
      signal: ending.signal,
    })
  })
  await lock[Symbol.asyncDispose]()
  assert.equal((await tryLock(path, holder)).status, 'taken')
  ending.abort()
  await running
  await held(await tryLock(path, holder))[Symbol.asyncDispose]()
})

test('all users may lock the file, whatever the umask says', async (t) => {
  const path = lockPath(t)
  const umask = process.umask(0o077)
  t.after(() => process.umask(umask))
  await using _lock = held(await tryLock(path, holder))
  assert.equal(statSync(path).mode & 0o777, 0o666)
})

test('a link in place of the file is not followed', async (t) => {
  const path = lockPath(t)
  writeFileSync(`${path}.target`, 'precious')
  symlinkSync(`${path}.target`, path)
  await assert.rejects(tryLock(path, holder), { code: 'ELOOP' })
  assert.equal(statSync(`${path}.target`).size, 8)
})
