import assert from 'node:assert/strict'
import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { heldClock } from '../testing/heldClock.ts'
import { programArgv, survivors } from '../testing/programs.ts'
import { requirePart } from '../testing/requirePart.ts'
import { newToken, noProcessTable, runQuietly, well } from '../testing/runQuietly.ts'
import { monotonicClock } from './clock.ts'

test('orphans in sessions of their own are dead when a program that ended well is reported', async (t) => {
  if (!requirePart(t, 'linux', noProcessTable)) return
  const token = newToken()
  assert.deepEqual(await runQuietly(programArgv('leavesOrphans', token)), well)
  assert.deepEqual(survivors(token), [])
})

test('a descendant that lost the mark is killed with the program that started it', async (t) => {
  if (!requirePart(t, 'linux', noProcessTable)) return
  const token = newToken()
  const controller = new AbortController()
  await runQuietly(programArgv('losesMark', token), {
    signal: controller.signal,
    onLine: () => controller.abort(),
  })
  assert.deepEqual(survivors(token), [])
})

test('a program that goes on starting others while it is killed leaves none', async (t) => {
  if (!requirePart(t, 'linux', noProcessTable)) return
  const token = newToken()
  const controller = new AbortController()
  await runQuietly(programArgv('keepsSpawning', token), {
    signal: controller.signal,
    onLine: () => controller.abort(),
    graceMs: 50,
  })
  assert.deepEqual(survivors(token), [])
})

test('a program that cannot be killed is an error that names it', async (t) => {
  const freezer = join('/sys/fs/cgroup/freezer', newToken())
  const missing = makeGroup(freezer)
  if (!requirePart(t, 'freezer', missing)) return
  const thaw = (): void => writeFileSync(join(freezer, 'freezer.state'), 'THAWED')
  const token = newToken()
  t.after(async () => {
    thaw()
    while (isBusy(freezer)) await monotonicClock.sleep(10)
    rmdirSync(freezer)
  })
  const clock = heldClock()
  const controller = new AbortController()
  const running = runQuietly(programArgv('waitsForever', token), {
    clock,
    signal: controller.signal,
    onLine: () => {
      const [pid] = survivors(token)
      writeFileSync(join(freezer, 'cgroup.procs'), String(pid))
      writeFileSync(join(freezer, 'freezer.state'), 'FROZEN')
      controller.abort()
    },
  })
  await assert.rejects(clock.passUntil(running), { code: 'PROCESS_STUCK' })
})

test('the end of one program leaves another and its tree alone', async (t) => {
  if (!requirePart(t, 'linux', noProcessTable)) return
  const token = newToken()
  const controller = new AbortController()
  let started = (): void => {}
  const isStarted = new Promise<void>((resolve) => {
    started = resolve
  })
  const other = runQuietly(programArgv('losesMark', token), {
    signal: controller.signal,
    onLine: started,
  })
  await isStarted
  assert.deepEqual(await runQuietly(programArgv('leavesOrphans', newToken())), well)
  assert.equal(survivors(token).length, 2)
  controller.abort()
  await other
})

/** Makes a control group and says why it cannot. */
function makeGroup(path: string): string | null {
  try {
    mkdirSync(path)
    return existsSync(join(path, 'freezer.state')) ? null : 'it is no version 1 freezer'
  } catch {
    return 'there is no freezer control group that we may use'
  }
}

const isBusy = (group: string): boolean =>
  readFileSync(join(group, 'cgroup.procs'), 'utf8').trim() !== ''
