/** The contract of every runner, as tests: what the study's loop relies on. */

import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { type TestContext, test } from 'node:test'
import type { Environment } from '../core/context.ts'
import { AppError } from '../core/errors.ts'
import type { Job, JobExit, JobIo, Runner } from '../runners/runner.ts'
import { heldClock } from './heldClock.ts'
import { plainJob } from './plainJob.ts'
import { programArgv, survivors } from './programs.ts'
import { requirePart } from './requirePart.ts'
import { hourMs } from './runQuietly.ts'

export interface RunnerCase {
  name: string
  load(): Promise<Runner<unknown> | null>
  /** What its options section would hold. */
  options: Record<string, unknown>
  /** An image that holds what our programs need; null for a runner without images. */
  image: string | null
  /** Environment of the host. */
  env: Environment
}

/** How a job ended; why the runner thinks so is its own business, unless there is nothing to explain. */
type End = Omit<JobExit, 'failure'>

/** How a job that did nothing remarkable is reported. */
const well: End = {
  code: 0,
  signal: null,
  timedOut: null,
  wasAborted: false,
  outOfMemory: null,
  stderrTail: '',
}

/** Defines the contract tests of one runner. Those that run a job skip where it cannot be used. */
export function runnerContract(tested: RunnerCase): void {
  const { name } = tested

  test(`${name} says what it is`, async () => {
    const runner = await present(tested)
    assert.equal(runner.name, name)
    assert.ok(runner.title.length > 0 && runner.docs.length > 40)
  })

  test(`${name} needs no option and refuses an unknown one`, async () => {
    const { options } = await present(tested)
    assert.ok(options.safeParse({}).success)
    assert.ok(!options.safeParse({ no_such_option: 1 }).success)
  })

  test(`${name} keeps the contract of a job`, async (t) => {
    const runner = await present(tested)
    const found = await runner.probe(tested.env)
    const missing = found.status === 'available' ? null : found.reason
    if (!requirePart(t, name, missing)) return
    const start: Start = async (world, changes, io = {}) => {
      const image = tested.image === null ? null : { name: tested.image, id: null }
      const job = { ...world.job, image, ...changes }
      const options = runner.options.parse(tested.options)
      const { failure, ...end } = await runner.run(job, options, { ...world.io, ...io })
      if (end.code === 0 && end.timedOut === null) assert.equal(failure, null)
      return end
    }
    await testEnds(t, start)
    await testLimits(t, start)
    await testKill(t, start)
    await testTraces(t, start)
  })
}

interface World {
  job: Omit<Job, 'image'>
  io: JobIo & { clock: ReturnType<typeof heldClock> }
  lines: string[]
}

type Start = (world: World, changes: Partial<Job>, io?: Partial<JobIo>) => Promise<End>

async function testEnds(t: TestContext, start: Start): Promise<void> {
  await t.test('reports the exit code', async (t) => {
    assert.deepEqual(await start(newWorld(t), { argv: programArgv('exitsWithCode', '0') }), well)
    const failed = await start(newWorld(t), { argv: programArgv('exitsWithCode', '3') })
    assert.deepEqual(failed, { ...well, code: 3 })
  })

  await t.test('reports the signal that killed the worker', async (t) => {
    const exit = await start(newWorld(t), { argv: programArgv('endsBySignal', 'SIGKILL') })
    assert.deepEqual(exit, { ...well, code: null, signal: 'SIGKILL' })
  })

  await t.test('rejects when it cannot run the job', async (t) => {
    await assert.rejects(
      start(newWorld(t), { argv: ['/no/such/program'] }),
      (thrown) => thrown instanceof AppError && thrown.message.includes('/no/such/program'),
    )
  })
}

async function testLimits(t: TestContext, start: Start): Promise<void> {
  await t.test('ends a worker at its wall-clock limit though it ignores SIGTERM', async (t) => {
    const world = newWorld(t)
    const onLine = (line: string): void => world.io.clock.pass(line === 'ready' ? hourMs : 60_000)
    const exit = await start(
      world,
      { argv: programArgv('ignoresSigterm', world.token) },
      { onLine },
    )
    assert.deepEqual(exit, { ...well, code: null, signal: 'SIGKILL', timedOut: 'wall-clock' })
    assert.deepEqual(survivors(world.token), [])
  })

  await t.test('ends a worker that falls silent', async (t) => {
    const world = newWorld(t)
    const argv = programArgv('endsOnSigterm', world.token)
    const onLine = (line: string): void => {
      if (line === 'ready') world.io.clock.pass(60_000)
    }
    const exit = await start(world, { argv, silenceMs: 60_000 }, { onLine })
    assert.deepEqual(exit, { ...well, timedOut: 'silence' })
  })

  await t.test('starts nothing once the signal has aborted', async (t) => {
    const world = newWorld(t)
    const argv = programArgv('printsLines', 'started')
    const exit = await start(world, { argv }, { signal: AbortSignal.abort() })
    assert.deepEqual(exit, { ...well, code: null, wasAborted: true })
    assert.deepEqual(world.lines, [])
  })

  await t.test('ends the worker when the signal aborts', async (t) => {
    const world = newWorld(t)
    const controller = new AbortController()
    const argv = programArgv('endsOnSigterm', world.token)
    const io = { signal: controller.signal, onLine: () => controller.abort() }
    assert.deepEqual(await start(world, { argv }, io), { ...well, wasAborted: true })
    assert.deepEqual(survivors(world.token), [])
  })
}

async function testKill(t: TestContext, start: Start): Promise<void> {
  await t.test('kills at once what would not end when asked twice', async (t) => {
    const world = newWorld(t)
    const [end, kill] = [new AbortController(), new AbortController()]
    const argv = programArgv('ignoresSigterm', world.token)
    // The clock of the test stands still: no grace runs out.
    const onLine = (line: string): void => (line === 'ready' ? end : kill).abort()
    const io = { signal: end.signal, killSignal: kill.signal, onLine }
    const exit = await start(world, { argv }, io)
    assert.deepEqual(exit, { ...well, code: null, signal: 'SIGKILL', wasAborted: true })
    assert.deepEqual(survivors(world.token), [])
  })
}

async function testTraces(t: TestContext, start: Start): Promise<void> {
  await t.test('leaves nothing alive that a worker left behind', async (t) => {
    const world = newWorld(t)
    const argv = programArgv('leavesOrphans', world.token)
    assert.deepEqual(await start(world, { argv }), well)
    assert.deepEqual(survivors(world.token), [])
  })

  await t.test('hands on every line and keeps those that are no events', async (t) => {
    const world = newWorld(t)
    const event = '{"type":"resultWritten","atMs":1}'
    const argv = programArgv('printsLines', 'loading', event, '{"type":"strange"}')
    assert.deepEqual(await start(world, { argv }), well)
    assert.deepEqual(world.lines, ['loading', event, '{"type":"strange"}'])
    assert.equal(logOf(world), 'loading\n{"type":"strange"}\n')
  })

  await t.test('keeps stderr, and its end for the failure record', async (t) => {
    const world = newWorld(t)
    const { stderrTail } = await start(world, { argv: programArgv('printsToStderr', '2000') })
    assert.match(stderrTail, /^problem \d+\n.*problem 2000\n$/s)
    assert.match(logOf(world), /^problem 1\n.*problem 2000\n$/s)
  })

  await t.test('passes the environment of the job and none of its own', async (t) => {
    const world = newWorld(t)
    process.env['LLEM_TEST_OF_THE_HOST'] = 'secret'
    t.after(() => delete process.env['LLEM_TEST_OF_THE_HOST'])
    await start(world, { argv: programArgv('printsEnvironment'), env: { ONE: '1 "two"\n3' } })
    const env = JSON.parse(world.lines[0] ?? '')
    assert.equal(env['ONE'], '1 "two"\n3')
    assert.ok(!('LLEM_TEST_OF_THE_HOST' in env))
  })

  await t.test('shares the run directory', async (t) => {
    const world = newWorld(t)
    const path = join(world.job.dir, 'result.json')
    assert.deepEqual(await start(world, { argv: programArgv('writesFile', path, 'done') }), well)
    assert.equal(readFileSync(path, 'utf8'), 'done')
  })
}

/** A job in a directory of its own, with limits that only the test's clock can let run out. */
function newWorld(t: TestContext): World & { token: string } {
  const dir = mkdtempSync(join(tmpdir(), 'llem-job-'))
  t.after(() => rmSync(dir, { recursive: true }))
  const lines: string[] = []
  return {
    job: { ...plainJob, id: basename(dir), dir, argv: [], env: { PATH: process.env['PATH'] } },
    io: {
      onLine: (line) => void lines.push(line),
      signal: new AbortController().signal,
      env: process.env,
      clock: heldClock(),
    },
    lines,
    /** Stands in no other command line. */
    token: basename(dir),
  }
}

const logOf = ({ job }: World): string => readFileSync(join(job.dir, 'worker.log'), 'utf8')

async function present({ name, load }: RunnerCase): Promise<Runner<unknown>> {
  const runner = await load()
  assert.ok(runner !== null, `there is no runner ${name}`)
  return runner
}
