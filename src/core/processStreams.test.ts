import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { programArgv, survivors } from '../testing/programs.ts'
import { requirePart } from '../testing/requirePart.ts'
import { newToken, noProcessTable, runQuietly, well } from '../testing/runQuietly.ts'

const dir = mkdtempSync(join(tmpdir(), 'llem-streams-'))
after(() => rmSync(dir, { recursive: true }))

test('a stranger that holds stdout open does not hold up the report', async (t) => {
  if (!requirePart(t, 'linux', noProcessTable)) return
  const token = newToken()
  t.after(() => {
    for (const pid of survivors(token)) process.kill(pid, 'SIGKILL')
  })
  assert.deepEqual(await runQuietly(programArgv('escapes', token)), well)
})

test('an error of the caller ends the program and comes back to the caller', async () => {
  const token = newToken()
  const running = runQuietly(programArgv('waitsForever', token), {
    onLine: () => {
      throw new Error('cannot keep this line')
    },
  })
  await assert.rejects(running, /cannot keep this line/)
  assert.deepEqual(survivors(token), [])
})

test('millions of lines arrive whole and in order of memory that one line needs', async () => {
  let count = 0
  const exit = await runQuietly(programArgv('floodsStdout', 'lines', '32'), {
    onLine: () => count++,
  })
  assert.deepEqual(exit, well)
  assert.equal(count, 1 + 32 * 65_536)
})

test('an endless line is cut and does not fill the memory', async () => {
  const before = process.memoryUsage.rss()
  const lengths: number[] = []
  const exit = await runQuietly(programArgv('floodsStdout', 'single', '256'), {
    onLine: (line) => lengths.push(line.length),
  })
  assert.deepEqual(exit, well)
  assert.deepEqual(lengths, [5, 1_000_000])
  const grownMebibytes = (process.memoryUsage.rss() - before) / 1024 ** 2
  assert.ok(grownMebibytes < 128, `grew by ${grownMebibytes} MiB`)
})

test('the log keeps stderr and the chosen lines of stdout', async () => {
  const logPath = join(dir, 'kept.log')
  await runQuietly(programArgv('printsToStderr', '2'), { logPath })
  const argv = programArgv('printsLines', '{"an":"event"}', 'loading the model')
  await runQuietly(argv, { logPath, isLogged: (line) => !line.startsWith('{') })
  assert.equal(readFileSync(logPath, 'utf8'), 'problem 1\nproblem 2\nloading the model\n')
})

test('the tail of stderr is whole lines', async () => {
  const { stderrTail } = await runQuietly(programArgv('printsToStderr', '2000'))
  const lines = stderrTail.split('\n')
  assert.match(lines[0] ?? '', /^problem \d+$/)
  assert.equal(lines.at(-2), 'problem 2000')
  assert.ok(stderrTail.length <= 8192 && stderrTail.length > 8000, `${stderrTail.length}`)
})

test('a log on a full disk or in no directory does not disturb the program', async (t) => {
  if (!requirePart(t, 'linux', existsSync('/dev/full') ? null : 'there is no /dev/full')) return
  for (const logPath of ['/dev/full', join(dir, 'nowhere', 'worker.log')]) {
    const exit = await runQuietly(programArgv('printsToStderr', '3'), { logPath })
    assert.deepEqual(exit, { ...well, stderrTail: 'problem 1\nproblem 2\nproblem 3\n' })
  }
})
