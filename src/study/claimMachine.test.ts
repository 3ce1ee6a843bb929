import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { describeStudyWait } from '../cli/progress/describeStudyWait.ts'
import { tryLock } from '../core/fileLock.ts'
import { loadResult } from '../store/readStudy.ts'
import { type FakeBoard, fakeMeter } from '../testing/fakeMeter.ts'
import { planOf } from '../testing/plannedStudy.ts'
import { type Script, type Watched, watchScript } from '../testing/watchScript.ts'
import { temporary } from '../testing/watchStudy.ts'
import { runStudy, type StudyDeps } from './runStudy.ts'

const device = 'gpu-GPU-1'

/** A study of two runs that measures one board. */
async function runOnBoard(
  t: TestContext,
  board: () => FakeBoard,
  { deps, ...script }: Script & { deps?: Partial<StudyDeps> } = {},
  execution: Parameters<typeof planOf>[1] = {},
): Promise<Watched> {
  const plan = await planOf([{}], { n_cycles: 2, ...execution })
  const devices = { names: [device], meters: [fakeMeter(board)], async [Symbol.asyncDispose]() {} }
  const env = { LLEM_LOCK_DIR: join(temporary(t), 'locks') }
  return watchScript((world) => runStudy(plan, { ...world, resultsDir: temporary(t) }), {
    ...script,
    deps: { env, openDevices: async () => devices, ...deps },
  })
}

const warningsOf = async ({ paths, ran }: Watched): Promise<string[][]> =>
  Promise.all(
    ran.map(async (id) => {
      const { experiment } = await loadResult(join(paths.runs, id))
      return experiment.hostWarnings.map(({ code }) => code)
    }),
  )

const quiet = (): FakeBoard => ({ temperatureC: 40, memoryUsedBytes: 0, processes: [] })

/** Holds the lock of the board as another process would. */
async function otherStudy(t: TestContext, pid: number) {
  const locks = temporary(t)
  const since = '2026-01-02T03:04:05.000Z'
  const attempt = await tryLock(join(locks, `${device}.lock`), {
    pid,
    doing: 'study "other"',
    since,
  })
  assert.ok(attempt.status === 'held')
  return { lock: attempt.lock, env: { LLEM_LOCK_DIR: locks } }
}

test('a study locks the devices it measures, and gives them back', async (t) => {
  const locks = join(temporary(t), 'locks')
  const lockNow = () => tryLock(join(locks, `${device}.lock`), { pid: 1, doing: '', since: '' })
  const attempts: ReturnType<typeof lockNow>[] = []
  const onEvent: Script['onEvent'] = ({ type }) => {
    if (type === 'experimentStarted') attempts.push(lockNow())
  }
  const study = await runOnBoard(t, quiet, { onEvent, deps: { env: { LLEM_LOCK_DIR: locks } } })
  assert.equal(study.ended.measured, 2)
  const found = await Promise.all(attempts)
  assert.deepEqual(
    found.map(({ status }) => status),
    ['taken', 'taken'],
  )
  const after = await lockNow()
  assert.ok(after.status === 'held')
  await after.lock[Symbol.asyncDispose]()
})

test('devices that another study measures are refused, with who it is, and nothing is left behind', async (t) => {
  const { lock, env } = await otherStudy(t, process.pid)
  await using _other = lock
  await assert.rejects(runOnBoard(t, quiet, { deps: { env } }), {
    code: 'DEVICES_IN_USE',
    message: `GPU GPU-1 is being measured by another study: process ${process.pid}, study "other", since 2026-01-02T03:04:05.000Z`,
  })
})

test('asked to wait, a study begins when the devices are free', async (t) => {
  const { lock, env } = await otherStudy(t, process.pid)
  const told: string[] = []
  const onEvent: Script['onEvent'] = (event) => {
    if (event.type !== 'waiting') return
    told.push(describeStudyWait(event, 0))
    void lock[Symbol.asyncDispose]()
  }
  const study = await runOnBoard(t, quiet, { onEvent, deps: { env, waitsForDevices: true } })
  assert.equal(study.story, 'devices_in_use 1 measured 2 measured')
  assert.deepEqual(told, [
    `waiting for another study to leave the devices: process ${process.pid}, study "other", since 2026-01-02T03:04:05.000Z`,
  ])
})

test('an interruption ends the wait for devices', async (t) => {
  const { lock, env } = await otherStudy(t, process.pid)
  await using _other = lock
  const controller = new AbortController()
  const onEvent: Script['onEvent'] = () => controller.abort(new Error('enough'))
  const { signal } = controller
  const deps = { env, signal, waitsForDevices: true }
  await assert.rejects(runOnBoard(t, quiet, { onEvent, deps }), /enough/)
})

test('the worker of a study that was killed is waited for without being asked', async (t) => {
  // Ids of processes end at 2^22: nobody has this one.
  const { lock, env } = await otherStudy(t, 2 ** 22 + 1)
  const onEvent: Script['onEvent'] = ({ type }) => {
    if (type === 'waiting') void lock[Symbol.asyncDispose]()
  }
  const study = await runOnBoard(t, quiet, { onEvent, deps: { env } })
  assert.equal(study.story, 'devices_in_use 1 measured 2 measured')
})

test('where there can be no locks, a study says so and runs', async (t) => {
  const study = await runOnBoard(t, quiet, { deps: { env: { LLEM_LOCK_DIR: '/dev/null/locks' } } })
  assert.equal(study.story, 'LOCKS_UNAVAILABLE 1 measured 2 measured')
})

test('programs on the board and memory left on it are warnings in the result', async (t) => {
  const board = () => ({
    memoryUsedBytes: 2 * 1024 ** 3,
    processes: [{ pid: 4321, memoryBytes: null }],
  })
  const study = await runOnBoard(t, board)
  const codes = ['GPU_IN_USE', 'GPU_MEMORY_IN_USE']
  assert.deepEqual(await warningsOf(study), [codes, codes])
})

test('with --strict a disturbed run is refused as a failure, and no worker starts', async (t) => {
  const board = () => ({ processes: [{ pid: 4321, memoryBytes: null }] })
  const study = await runOnBoard(t, board, { deps: { isStrict: true } })
  assert.equal(study.story, '1 failed 2 failed')
  assert.deepEqual(study.ran, [])
  const csv = readFileSync(study.paths.summaryCsv, 'utf8')
  assert.match(csv, /MACHINE_NOT_QUIET,.*gpu0 was in use by 1 other program \(4321\)/)
})

test('a rest lasts until the hottest device is cool, and no longer', async (t) => {
  let celsius = 71
  const onEvent: Script['onEvent'] = (event) => {
    if (event.type === 'waiting') celsius -= 10
  }
  const board = () => ({ temperatureC: celsius })
  const execution = { gap_until_celsius: 45, experiment_gap_seconds: 3600 }
  const study = await runOnBoard(t, board, { onEvent }, execution)
  assert.equal(study.story, '1 measured cycle_gap cycle_gap cycle_gap 2 measured')
  assert.deepEqual(await warningsOf(study), [[], []])
})

test('a device that does not get cool is not waited for for ever, and the next result says so', async (t) => {
  const onEvent: Script['onEvent'] = (event, clock) => {
    if (event.type === 'waiting') clock.pass(10 * 60_000)
  }
  const board = () => ({ temperatureC: 60 })
  const study = await runOnBoard(t, board, { onEvent }, { gap_until_celsius: 45 })
  assert.equal(study.story, '1 measured cycle_gap 2 measured')
  assert.deepEqual(await warningsOf(study), [[], ['STILL_WARM']])
})

test('where no device tells its temperature, the gap has its plain length', async (t) => {
  const execution = { gap_until_celsius: 45, experiment_gap_seconds: 5 }
  const waits: (number | null)[] = []
  const onEvent: Script['onEvent'] = (event, clock) => {
    if (event.type !== 'waiting' || event.untilMs === null) return
    waits.push(Math.round((event.untilMs - clock.nowMs()) / 1000))
  }
  const study = await runOnBoard(t, () => ({}), { onEvent }, execution)
  assert.equal(study.story, '1 measured cycle_gap 2 measured')
  assert.deepEqual(waits, [5])
})
