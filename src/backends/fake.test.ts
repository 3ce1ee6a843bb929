import assert from 'node:assert/strict'
import { test } from 'node:test'
import { z } from 'zod'
import { experimentFields } from '../config/experimentConfig.ts'
import type { WorkerContext } from '../core/context.ts'
import { decodeLine } from '../core/ndjson.ts'
import { heldClock } from '../testing/heldClock.ts'
import { programArgv } from '../testing/programs.ts'
import { hourMs, runQuietly } from '../testing/runQuietly.ts'
import { virtualClock } from '../testing/virtualClock.ts'
import type { BackendSession, GenerateRequest } from './backend.ts'
import { backend } from './fake.ts'

async function open(options: object, clock = virtualClock(1000)): Promise<BackendSession> {
  const config = z.object(experimentFields).parse({ model: 'any', backend: 'fake' })
  const ctx: WorkerContext = {
    clock,
    env: {},
    signal: new AbortController().signal,
    cacheDir: '',
    runDir: '',
    emit: () => {},
  }
  return backend.open(config, backend.options.parse(options), ctx)
}

const request = (more: Partial<GenerateRequest> = {}): GenerateRequest => ({
  index: 0,
  prompt: 'hello',
  promptTokens: null,
  maxOutputTokens: 5,
  seed: 7,
  ...more,
})
const never = new AbortController().signal

test('tokens come at the stated rate, stamped on the clock', async () => {
  const session = await open({ ttft_ms: 50, tokens_per_second: 100 })
  const seen: [number, number][] = []
  const completion = await session.generate(request(), (at, count) => seen.push([at, count]), never)
  assert.deepEqual(
    seen,
    [1050, 1060, 1070, 1080, 1090].map((at) => [at, 1]),
  )
  assert.equal(completion.inputTokens, 5)
  assert.equal(completion.outputTokens, 5)
  assert.equal(completion.text?.length, 5)
})

test('a step may yield several tokens without changing rate or count', async () => {
  const session = await open({ ttft_ms: 0, tokens_per_second: 100, tokens_per_step: 3 })
  const seen: [number, number][] = []
  await session.generate(request({ maxOutputTokens: 7 }), (at, n) => seen.push([at, n]), never)
  assert.deepEqual(seen, [
    [1000, 3],
    [1030, 3],
    [1060, 1],
  ])
})

test('jitter keeps the mean of the step and follows the seed', async () => {
  const times = async (seed: number): Promise<number[]> => {
    const session = await open({ ttft_ms: 0, tokens_per_second: 100, jitter: 0.2 })
    const seen: number[] = []
    await session.generate(request({ seed, maxOutputTokens: 1001 }), (at) => seen.push(at), never)
    return seen
  }
  const once = await times(1)
  assert.deepEqual(await times(1), once)
  assert.notDeepEqual(await times(2), once)
  const meanMs = ((once.at(-1) ?? 0) - (once[0] ?? 0)) / 1000
  // Standard error of 1000 steps of 10 ms +- 2 ms is 0.06 ms.
  assert.ok(Math.abs(meanMs - 10) < 0.3, `mean step ${meanMs} ms`)
})

test('the text follows the seed of the request alone', async () => {
  const session = await open({})
  const textOf = async (seed: number) =>
    (await session.generate(request({ seed, maxOutputTokens: 40 }), () => {}, never)).text
  assert.equal(await textOf(1), await textOf(1))
  assert.notEqual(await textOf(1), await textOf(2))
})

test('every k-th request fails and the others do not', async () => {
  const session = await open({ fail_request_every: 2 })
  const run = () => session.generate(request(), () => {}, never)
  await run()
  await assert.rejects(run(), { code: 'BACKEND_FAILED' })
  await run()
})

test('a launch that is told to fail fails', async () => {
  await assert.rejects(open({ fail_launch: true }), { code: 'BACKEND_FAILED' })
})

test('a launch takes the stated time', async () => {
  const clock = virtualClock(1000)
  await open({ launch_ms: 250 }, clock)
  assert.equal(clock.nowMs(), 1250)
})

test('empty output is a completion without tokens', async () => {
  const session = await open({ empty_output: true })
  const seen: number[] = []
  const completion = await session.generate(request(), (at) => seen.push(at), never)
  assert.deepEqual([completion.outputTokens, completion.text, seen.length], [0, '', 0])
})

test('a request that hangs ends when it is aborted', async () => {
  const session = await open({ hang_at_request: 1 })
  const controller = new AbortController()
  const hung = session.generate(request(), () => {}, controller.signal)
  controller.abort(new Error('enough'))
  await assert.rejects(hung, /enough/)
})

test('a process that is told to crash is killed in that request', async () => {
  const { code, signal, lines } = await runAlone({ crash_at_request: 2 })
  assert.deepEqual({ code, signal }, { code: null, signal: 'SIGKILL' })
  assert.deepEqual(lines, ['opened', 'request 1', 'request 2'])
})

test('a flood of stdout holds nothing that reads as an event', async () => {
  const { code, lines } = await runAlone({ flood_stdout: 2 })
  assert.equal(code, 0)
  assert.equal(lines.at(-1), 'closed')
  assert.ok(lines.length > 5000)
  assert.ok(lines.every((line) => decodeLine(line, z.unknown()) === null))
})

test('a request that hangs holds the process until it is asked to end', async () => {
  const exit = await runAlone({ hang_at_request: 2 }, { endAt: 'request 2' })
  assert.deepEqual([exit.code, exit.signal, exit.timedOut], [1, null, 'wall-clock'])
})

test('a request that hangs and ignores SIGTERM must be killed', async () => {
  const options = { hang_at_request: 2, ignore_sigterm: true }
  const exit = await runAlone(options, { endAt: 'request 2', isDeaf: true })
  assert.deepEqual([exit.code, exit.signal, exit.timedOut], [null, 'SIGKILL', 'wall-clock'])
})

test('a session that hangs on close must be killed, after all its requests', async () => {
  const exit = await runAlone({ hang_on_close: true }, { endAt: 'closing', isDeaf: true })
  assert.deepEqual([exit.signal, exit.timedOut], ['SIGKILL', 'wall-clock'])
  assert.equal(exit.lines.at(-1), 'closing')
})

/** A session in a process of its own, whose time runs out at the line `endAt`, and the grace after it if it is deaf. */
async function runAlone(
  options: object,
  { endAt, isDeaf = false }: { endAt?: string; isDeaf?: boolean } = {},
) {
  const clock = heldClock()
  const lines: string[] = []
  const onLine = (line: string): void => {
    lines.push(line)
    if (line === endAt) clock.pass(hourMs)
  }
  const argv = programArgv('fakeSession', JSON.stringify(options))
  const exited = runQuietly(argv, { clock, onLine })
  return { ...(await (isDeaf ? clock.passUntil(exited) : exited)), lines }
}
