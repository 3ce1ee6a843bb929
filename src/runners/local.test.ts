import assert from 'node:assert/strict'
import { existsSync, mkdirSync, mkdtempSync, rmdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { heldClock } from '../testing/heldClock.ts'
import { plainJob } from '../testing/plainJob.ts'
import { programArgv } from '../testing/programs.ts'
import { requirePart } from '../testing/requirePart.ts'
import { newToken } from '../testing/runQuietly.ts'
import { runner } from './local.ts'
import type { JobExit } from './runner.ts'

function run(t: TestContext, argv: readonly string[]): Promise<JobExit> {
  const dir = mkdtempSync(join(tmpdir(), 'llem-local-'))
  t.after(() => rmSync(dir, { recursive: true }))
  return runner.run(
    { ...plainJob, id: 'test', dir, argv },
    {},
    { onLine: () => {}, signal: new AbortController().signal, env: {}, clock: heldClock() },
  )
}

test('a worker that the kernel killed for lack of memory is reported as such', async (t) => {
  const group = memoryGroup(t)
  if (!requirePart(t, 'cgroup', group.missing)) return
  const exit = await run(t, programArgv('eatsMemory', group.path))
  assert.equal(exit.signal, 'SIGKILL')
  assert.equal(exit.outOfMemory, true)
})

test('a worker that somebody killed is not taken for one that ran out of memory', async (t) => {
  const exit = await run(t, programArgv('endsBySignal', 'SIGKILL'))
  assert.equal(exit.outOfMemory, null)
})

/** A control group with room for a small Node and no more, until the end of the test. */
function memoryGroup(t: TestContext): { path: string; missing: string | null } {
  const none = { path: '', missing: 'there is no memory control group that we may use' }
  for (const [root, limit] of [
    ['/sys/fs/cgroup/memory', 'memory.limit_in_bytes'],
    ['/sys/fs/cgroup', 'memory.max'],
  ] as const) {
    const path = join(root, newToken())
    try {
      mkdirSync(path)
      t.after(() => rmdirSync(path))
      if (!existsSync(join(path, limit))) continue
      writeFileSync(join(path, limit), String(100 * 1024 ** 2))
      return { path, missing: null }
    } catch {
      // Not ours to write, or another version: the next one is tried.
    }
  }
  return none
}
