import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet'
import { monotonicClock } from '../core/clock.ts'
import { programs } from '../core/programs.ts'
import { type Random, seededRandom } from '../core/random.ts'
import { loadResult } from '../store/readStudy.ts'
import { readSessions } from '../store/statusFile.ts'
import type { StudyPaths } from '../store/studyDirectory.ts'
import { readSummary } from '../store/summaryFile.ts'
import { keptStudy, planOf } from '../testing/plannedStudy.ts'
import { programArgv, survivors } from '../testing/programs.ts'
import { requirePart } from '../testing/requirePart.ts'
import { noProcessTable } from '../testing/runQuietly.ts'
import { temporary } from '../testing/watchStudy.ts'

const { PATH, HOME } = process.env
const random = seededRandom(Date.now())

interface Crashing {
  experiments: number
  kills: number
  execution: Parameters<typeof planOf>[1]
  /** The program that goes on with a study, and what it is told before the directory. */
  host: readonly string[]
}

const oneByOne: Crashing = {
  experiments: 60,
  kills: 25,
  execution: {},
  host: [fileURLToPath(programs.command), 'resume'],
}
const sideBySide: Crashing = {
  experiments: 40,
  kills: 12,
  execution: { parallel: 'auto' },
  host: programArgv('resumeSideBySide').slice(1),
}

for (const [title, crashing] of Object.entries({ oneByOne, sideBySide })) {
  const { experiments, kills } = crashing
  test(`a study of ${experiments} that is killed ${kills} times measures everything once (${title})`, async (t) => {
    if (!requirePart(t, 'proc', noProcessTable)) return
    const paths = await crashOften(crashing, temporary(t))
    assert.deepEqual(survivors(paths.directory), [])
  })
}

async function crashOften(
  { experiments, kills, execution, host: argv }: Crashing,
  resultsDir: string,
): Promise<StudyPaths> {
  // What runs side by side takes a GPU, or two, or has the machine to itself.
  const entries = Array.from({ length: experiments }, (_, index) => ({
    random_seed: index,
    fake: { gpus: [1, 1, 2, 1, 1, 1, 0][index % 7] },
  }))
  const paths = await keptStudy(resultsDir, await planOf(entries, execution))
  const resume = (): ChildProcess =>
    spawn(process.execPath, [...argv, paths.directory], {
      env: { PATH, HOME },
      stdio: ['ignore', 'ignore', 'pipe'],
    })
  const stamps = new Map<string, string>()
  for (let killed = 0; killed < kills; killed++) {
    const host = resume()
    await killSomewhere(host, paths, random)
    assert.equal(host.signalCode, 'SIGKILL', 'the study was still running')
    checkStamps(paths, stamps)
  }
  assert.equal(await exitOf(resume()), 0)
  checkStamps(paths, stamps)
  assert.equal(stamps.size, experiments)
  await checkEnd(paths, experiments)
  return paths
}

async function checkEnd(paths: StudyPaths, experiments: number): Promise<void> {
  const runs = readdirSync(paths.runs)
  assert.equal(runs.length, experiments)
  for (const id of runs) {
    const names = readdirSync(join(paths.runs, id))
    assert.ok(names.includes('result.json') && !names.includes('failure.json'), id)
    assert.ok(!names.includes('beside.json'), id)
    assert.ok(!names.some((name) => name.endsWith('.tmp')), `${id}: ${names.join(' ')}`)
  }
  await checkFiles(paths.directory)
  await checkNeighbors(paths)
  const summary = await readSummary(paths)
  assert.deepEqual(
    [summary?.status, summary?.measured, summary?.rows.length],
    ['completed', experiments, experiments],
  )
  const ended = (await readSessions(paths)).filter(({ status }) => status !== null)
  assert.deepEqual(
    ended.map(({ status }) => status),
    ['completed'],
  )
}

/** Runs whose phases overlap name each other, whatever was killed meanwhile. */
async function checkNeighbors({ runs }: StudyPaths): Promise<void> {
  const results = await Promise.all(readdirSync(runs).map((id) => loadResult(join(runs, id))))
  const times = results.map(({ experiment, phases, ranBeside }) => ({
    id: experiment.id,
    startMs: phases[0]?.startMs ?? 0,
    endMs: phases.at(-1)?.endMs ?? 0,
    ranBeside,
  }))
  for (const one of times) {
    for (const other of times) {
      const overlaps = one.startMs < other.endMs && other.startMs < one.endMs
      if (one !== other && overlaps) {
        assert.ok(one.ranBeside.includes(other.id), `${one.id} ran beside ${other.id}`)
      }
    }
  }
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

/** A result that was there is the same still: its run was not done again. */
function checkStamps({ runs }: StudyPaths, stamps: Map<string, string>): void {
  for (const id of readdirSync(runs)) {
    const path = join(runs, id, 'result.json')
    if (!existsSync(path)) continue
    const { startedAt, window } = JSON.parse(readFileSync(path, 'utf8'))
    const stamp = `${startedAt} ${window.startMs} ${window.endMs}`
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
