import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { heldClock } from '../testing/heldClock.ts'
import { programArgv } from '../testing/programs.ts'
import { hourMs, runQuietly, well } from '../testing/runQuietly.ts'
import { AppError } from './errors.ts'

const dir = mkdtempSync(join(tmpdir(), 'llem-process-'))
after(() => rmSync(dir, { recursive: true }))

test('the exit code of a program is reported', async () => {
  assert.deepEqual(await runQuietly(programArgv('exitsWithCode', '0')), well)
  assert.deepEqual(await runQuietly(programArgv('exitsWithCode', '3')), { ...well, code: 3 })
})

test('the signal that killed a program is reported', async () => {
  const exit = await runQuietly(programArgv('endsBySignal', 'SIGKILL'))
  assert.deepEqual(exit, { ...well, code: null, signal: 'SIGKILL' })
})

test('a program that does not exist is an error that names it', async () => {
  await assert.rejects(runQuietly(['no-such-program']), (error: unknown) => {
    assert.ok(error instanceof AppError)
    assert.equal(error.code, 'PROGRAM_NOT_STARTED')
    assert.match(error.message, /no-such-program/)
    return true
  })
})

test('a file that is not executable is an error that names it', async () => {
  const path = join(dir, 'plain.txt')
  writeFileSync(path, 'not a program')
  await assert.rejects(runQuietly([path]), /plain\.txt.*may not be executed/)
})

test('a working directory that does not exist is an error that names it', async () => {
  await assert.rejects(runQuietly([process.execPath], { cwd: join(dir, 'nowhere') }), /nowhere/)
})

test('an empty command is an error', async () => {
  await assert.rejects(runQuietly([]), { code: 'PROGRAM_NOT_STARTED' })
})

test('a program that ends on SIGTERM ends in its own order', async () => {
  const clock = heldClock()
  const lines: string[] = []
  const onLine = (line: string): void => {
    lines.push(line)
    if (line === 'ready') clock.pass(hourMs)
  }
  const exit = await runQuietly(programArgv('endsOnSigterm'), { clock, onLine })
  assert.deepEqual(exit, { ...well, timedOut: 'wall-clock' })
  assert.deepEqual(lines, ['ready', 'closing'])
})

test('a program that ignores SIGTERM is killed after the grace', async () => {
  const clock = heldClock()
  const lines: string[] = []
  const onLine = (line: string): void => {
    lines.push(line)
    clock.pass(line === 'ready' ? hourMs : 5000)
  }
  const exit = await runQuietly(programArgv('ignoresSigterm'), { clock, onLine })
  assert.deepEqual(exit, { ...well, code: null, signal: 'SIGKILL', timedOut: 'wall-clock' })
  assert.deepEqual(lines, ['ready', 'ignored SIGTERM'])
})

test('a program that says nothing is ended', async () => {
  const clock = heldClock()
  const onLine = (): void => clock.pass(2000)
  const exit = await runQuietly(programArgv('waitsForever'), { clock, onLine, silenceMs: 2000 })
  assert.deepEqual(exit, { ...well, code: null, signal: 'SIGTERM', timedOut: 'silence' })
})

test('every line puts the silence off', async () => {
  const clock = heldClock()
  const onLine = (): void => clock.pass(1500)
  const argv = programArgv('printsLines', 'one', 'two', 'three')
  assert.deepEqual(await runQuietly(argv, { clock, onLine, silenceMs: 2000 }), well)
})

test('a limit longer than a timer can hold does not end the program', async () => {
  const exit = await runQuietly(programArgv('exitsWithCode', '0'), { timeoutMs: Number.MAX_VALUE })
  assert.deepEqual(exit, well)
})

test('a signal that aborted before the start starts nothing', async () => {
  const lines: string[] = []
  const exit = await runQuietly(programArgv('printsLines', 'started'), {
    signal: AbortSignal.abort(),
    onLine: (line) => lines.push(line),
  })
  assert.deepEqual(exit, { ...well, code: null, wasAborted: true })
  assert.deepEqual(lines, [])
})

test('a signal that aborts ends the program', async () => {
  const controller = new AbortController()
  const exit = await runQuietly(programArgv('endsOnSigterm'), {
    signal: controller.signal,
    onLine: () => controller.abort(),
  })
  assert.deepEqual(exit, { ...well, wasAborted: true })
})

test('the wall clock ends a program that floods stdout', async () => {
  const clock = heldClock()
  const exit = await runQuietly(programArgv('floodsStdout', 'single', 'Infinity'), {
    clock,
    onLine: () => clock.pass(hourMs),
  })
  assert.deepEqual(exit, { ...well, code: null, signal: 'SIGTERM', timedOut: 'wall-clock' })
})

test('an endless line counts as silence', async () => {
  const clock = heldClock()
  const exit = await runQuietly(programArgv('floodsStdout', 'single', 'Infinity'), {
    clock,
    silenceMs: 2000,
    onLine: (line) => line === 'ready' && clock.pass(2000),
  })
  assert.equal(exit.timedOut, 'silence')
})

test('a program gets the environment it is given, the mark of its tree, and nothing else', async () => {
  const lines: string[] = []
  const env = { ONE: '1', NONE: undefined }
  await runQuietly(programArgv('printsEnvironment'), { env, onLine: (line) => lines.push(line) })
  const { LLEM_PROCESS_TREE: mark, ...rest } = JSON.parse(lines[0] ?? '')
  assert.deepEqual(rest, { ONE: '1' })
  assert.match(mark, /^(\/[0-9a-f-]{36}\/)+$/)
})
