import assert from 'node:assert/strict'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { type Clock, monotonicClock } from '../../../core/clock.ts'
import type { WorkerContext } from '../../../core/context.ts'
import { AppError } from '../../../core/errors.ts'
import type { WorkerEvent } from '../../../core/events.ts'
import { programArgv, survivors } from '../../../testing/programs.ts'
import { quietContext } from '../../../testing/quietContext.ts'
import { freePort } from './freePort.ts'
import { type EngineServer, startServer } from './startServer.ts'

interface Fake {
  /** As `FAKE_ENGINE`. */
  modes: string
  readyTimeoutMs?: number
  ctx?: Partial<WorkerContext>
}

async function start(t: TestContext, { modes, readyTimeoutMs = 60_000, ctx = {} }: Fake) {
  const port = await freePort()
  const context = await quietContext(t, ctx)
  const server: Promise<EngineServer> = startServer(
    {
      name: 'vllm',
      argv: programArgv('fakeEngine', '--port', String(port)),
      env: { FAKE_ENGINE: modes, FAKE_ENGINE_MARK: join(context.runDir, 'mark') },
      port,
      healthPath: '/health',
      readyTimeoutMs,
    },
    context,
  )
  return { server, port, context }
}

const failureOf = async (server: Promise<unknown>): Promise<AppError> => {
  const thrown = await server.then(
    () => null,
    (cause: unknown) => cause,
  )
  assert.ok(thrown instanceof AppError, 'it failed with an error of ours')
  return thrown
}

/** The real clock, but for the grace of ten seconds. */
const hasty: Clock = {
  ...monotonicClock,
  sleep: (durationMs, signal) =>
    monotonicClock.sleep(durationMs >= 10_000 ? 1000 : durationMs, signal),
}

/** A clock on which fifty seconds pass in one. */
const quick: Clock = {
  ...monotonicClock,
  nowMs: () => monotonicClock.nowMs() * 50,
  sleep: (durationMs, signal) => monotonicClock.sleep(durationMs / 50, signal),
}

/** The command line holds the port behind a zero byte. */
const alive = (port: number): number[] => survivors(`--port\0${port}`)

test('an engine is ready when its health route says so, and gone after the end', async (t) => {
  const { server, port, context } = await start(t, { modes: '' })
  const engine = await server
  assert.equal((await fetch(`${engine.url}/health`)).status, 200)
  assert.equal(alive(port).length, 1)
  assert.equal(await engine.death(), null)
  assert.ok(process.platform !== 'linux' || Number(engine.cpuMs()) > 0)
  assert.ok(process.platform !== 'linux' || Number(await engine.peakMemoryBytes()) > 1e6)
  await engine[Symbol.asyncDispose]()
  assert.deepEqual(alive(port), [])
  const log = await readFile(`${context.runDir}/backend.log`, 'utf8')
  assert.match(log, /INFO loading model/)
  assert.match(log, /serving at http/)
})

test('an engine that dies while it loads is told at once, with the reason and its last lines', async (t) => {
  const { server, port } = await start(t, { modes: 'outOfMemory' })
  const failure = await failureOf(server)
  assert.equal(failure.code, 'ENGINE_DIED')
  assert.match(failure.message, /^vllm ended with exit code 1 before it served: it ran out of GPU/)
  assert.match(failure.message, /\n {2}torch\.OutOfMemoryError: CUDA out of memory/)
  assert.match(failure.hint, /smaller model or precision/)
  assert.deepEqual(alive(port), [])
})

test('an engine that is not ready in time is ended', async (t) => {
  const { server, port } = await start(t, { modes: 'hangs', readyTimeoutMs: 300 })
  const failure = await failureOf(server)
  assert.equal(failure.code, 'ENGINE_NOT_READY')
  assert.match(failure.hint, /vllm\.ready_timeout_seconds/)
  assert.deepEqual(alive(port), [])
})

test('a start that takes long tells what it is doing, and ends when the experiment does', async (t) => {
  const stop = new AbortController()
  const emit = (event: WorkerEvent): void => {
    if (event.type === 'progress' && event.label === 'starting vllm: loading weights')
      stop.abort(new Error('no more'))
  }
  const { server, port } = await start(t, { modes: 'hangs', ctx: { signal: stop.signal, emit } })
  await assert.rejects(server, /no more/)
  assert.deepEqual(alive(port), [])
})

test('an engine that says why it is lost and lives on is not waited for', async (t) => {
  const { server, port } = await start(t, {
    modes: 'lost',
    readyTimeoutMs: 1e6,
    ctx: { clock: quick },
  })
  const failure = await failureOf(server)
  assert.match(failure.message, /^vllm gave up before it served: it ran out of GPU memory/)
  assert.deepEqual(alive(port), [])
})

test('an engine that ignores SIGTERM is killed', async (t) => {
  const { server, port, context } = await start(t, {
    modes: 'ignoresSigterm',
    ctx: { clock: hasty },
  })
  const engine = await server
  await engine[Symbol.asyncDispose]()
  assert.deepEqual(alive(port), [])
  assert.match(await readFile(`${context.runDir}/backend.log`, 'utf8'), /ignored SIGTERM/)
})

test('an engine that dies while it serves leaves its reason', async (t) => {
  const { server, context } = await start(t, { modes: 'diesLater' })
  const engine = await server
  assert.equal(await engine.death(), null)
  await writeFile(join(context.runDir, 'mark'), '')
  let death: AppError | null = null
  while (death === null) {
    await new Promise(setImmediate)
    death = await engine.death()
  }
  assert.match(death.message, /^vllm ended with exit code 3 while it served/)
  await engine[Symbol.asyncDispose]()
})

test('a program that is not there is no engine that died', async (t) => {
  const context = await quietContext(t)
  const missing = { name: 'vllm', argv: ['/no/such/vllm'], env: {}, port: 1, healthPath: '/health' }
  const failure = await failureOf(startServer({ ...missing, readyTimeoutMs: 1000 }, context))
  assert.equal(failure.code, 'PROGRAM_NOT_STARTED')
})
