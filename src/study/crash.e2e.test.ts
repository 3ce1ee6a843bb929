import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet'
import { monotonicClock } from '../core/clock.ts'
import { type Random, seededRandom } from '../core/random.ts'
import { readSessions } from '../store/statusFile.ts'
import type { StudyPaths } from '../store/studyDirectory.ts'
import { readSummary } from '../store/summaryFile.ts'
import { keptStudy, planOf } from '../testing/plannedStudy.ts'
import { survivors } from '../testing/programs.ts'
import { requirePart } from '../testing/requirePart.ts'
import { noProcessTable } from '../testing/runQuietly.ts'
import { temporary } from '../testing/watchStudy.ts'

const command = fileURLToPath(new URL('../cli/main.js', import.meta.url))
const { PATH, HOME } = process.env
const experimentCount = 60
const killCount = 25
const random = seededRandom(Date.now())

test(`a study of ${experimentCount} that is killed ${killCount} times measures everything once`, async (t) => {
  if (!requirePart(t, 'proc', noProcessTable)) return
  const entries = Array.from({ length: experimentCount }, (_, index) => ({ random_seed: index }))
  const paths = await keptStudy(temporary(t), await planOf(entries))
  const stamps = new Map<string, string>()
  for (let kills = 0; kills < killCount; kills++) {
    const host = resume(paths)
    await killSomewhere(host, paths, random)
    assert.equal(host.signalCode, 'SIGKILL', 'the study was still running')
    checkStamps(paths, stamps)
  }
  const last = resume(paths)
  assert.equal(await exitOf(last), 0)

  checkStamps(paths, stamps)
  assert.equal(stamps.size, experimentCount)
  const runs = readdirSync(paths.runs)
  assert.equal(runs.length, experimentCount)
  for (const id of runs) {
    const names = readdirSync(join(paths.runs, id))
    assert.ok(names.includes('result.json') && !names.includes('failure.json'), id)
    assert.ok(!names.some((name) => name.endsWith('.tmp')), `${id}: ${names.join(' ')}`)
  }
  await checkFiles(paths.directory)
  const summary = await readSummary(paths)
  assert.deepEqual(
    [summary?.status, summary?.measured, summary?.rows.length],
    ['completed', experimentCount, experimentCount],
  )
  const ended = (await readSessions(paths)).filter(({ status }) => status !== null)
  assert.deepEqual(
    ended.map(({ status }) => status),
    ['completed'],
  )
  assert.deepEqual(survivors(paths.directory), [])
})

function resume({ directory }: StudyPaths): ChildProcess {
  return spawn(process.execPath, [command, 'resume', directory], {
    env: { PATH, HOME },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
}

/** By what was done, not by time: a slow machine is killed in the same places. A few times the worker goes first, or too. */
async function killSomewhere(host: ChildProcess, paths: StudyPaths, { uniform }: Random) {
  const { stderr } = host
  assert.ok(stderr)
  const lineCount = Math.floor(uniform() * 25)
  let heard = 0
  for await (const _ of createInterface({ input: stderr })) {
    heard += 1
    if (heard >= lineCount) break
  }
  await monotonicClock.sleep(uniform() * 60)
  const victims = uniform()
  const workers = survivors(join(paths.runs, ''))
  if (victims < 0.3) kill(workers)
  if (victims < 0.2) await monotonicClock.sleep(uniform() * 30)
  host.kill('SIGKILL')
  await exitOf(host)
  if (victims > 0.9) kill(workers)
}

function kill(pids: readonly number[]): void {
  for (const pid of pids) {
    try {
      process.kill(pid, 'SIGKILL')
    } catch {
      // It ended by itself meanwhile.
    }
  }
}

async function exitOf(child: ChildProcess): Promise<number | null> {
  child.stderr?.resume()
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
  return child.exitCode
}

/** A result that was there is the same file still: its run was not done again. */
function checkStamps({ runs }: StudyPaths, stamps: Map<string, string>): void {
  for (const id of readdirSync(runs)) {
    const path = join(runs, id, 'result.json')
    if (!existsSync(path)) continue
    const { ino, mtimeMs } = statSync(path)
    const stamp = `${ino} ${mtimeMs}`
    assert.equal(stamp, stamps.get(id) ?? stamp, `${id} was run twice`)
    stamps.set(id, stamp)
  }
}

async function checkFiles(directory: string): Promise<void> {
  for (const entry of readdirSync(directory, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name)
    if (/\.json$/.test(path)) JSON.parse(readFileSync(path, 'utf8'))
    if (/\.ndjson$/.test(path)) {
      for (const line of readFileSync(path, 'utf8').split('\n')) {
        if (line !== '') JSON.parse(line)
      }
    }
    if (/\.parquet$/.test(path)) {
      await parquetReadObjects({ file: await asyncBufferFromFile(path) })
    }
  }
}
