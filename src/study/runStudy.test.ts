import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import type { StudyEvent } from '../core/events.ts'
import { readSessions } from '../store/statusFile.ts'
import { studyPaths } from '../store/studyDirectory.ts'
import { readSummary } from '../store/summaryFile.ts'
import { heldClock } from '../testing/heldClock.ts'
import { planOf } from '../testing/plannedStudy.ts'
import { hourMs } from '../testing/runQuietly.ts'
import { scriptedRunner } from '../testing/scriptedRunner.ts'
import { type Script, type Watched, watchScript } from '../testing/watchScript.ts'
import { temporary } from '../testing/watchStudy.ts'
import { exitCodeOf } from './exitCode.ts'
import { resumeStudy } from './resumeStudy.ts'
import { runStudy } from './runStudy.ts'

type Execution = Parameters<typeof planOf>[1]
const threeSeeds = [{ random_seed: 1 }, { random_seed: 2 }, { random_seed: 3 }]

async function run(
  t: TestContext,
  execution: Execution,
  script: Script = {},
  entries: readonly Record<string, unknown>[] = threeSeeds,
): Promise<Watched> {
  const plan = await planOf(entries, execution)
  return watchScript((deps) => runStudy(plan, { ...deps, resultsDir: temporary(t) }), script)
}

const resume = ({ paths }: Watched, script: Script = {}): Promise<Watched> =>
  watchScript((deps) => resumeStudy(paths.directory, deps), script)

const statusesOf = async ({ paths }: Watched) =>
  (await readSessions(paths)).map(({ status }) => status)

/** Every row of the file, those of runs that were left over too. */
const writtenRows = ({ paths }: Watched): { status: string; reason: string | null }[] =>
  JSON.parse(readFileSync(paths.summaryJson, 'utf8')).rows

const rowsOf = (study: Watched): string =>
  writtenRows(study)
    .map(({ status }) => status)
    .join(' ')

test('a study runs its experiments in order and says that all were measured', async (t) => {
  const study = await run(t, {})
  assert.equal(study.story, '1 measured 2 measured 3 measured')
  const { status, measured, failed, skipped } = study.ended
  assert.deepEqual([status, measured, failed, skipped], ['completed', 3, 0, 0])
  assert.equal(exitCodeOf(study.ended), 0)
  assert.deepEqual(await statusesOf(study), ['completed'])
})

test('an experiment whose files are missing is told before the first one begins', async (t) => {
  const told: string[] = []
  const onEvent = (event: StudyEvent): void => {
    if (event.type === 'studyWarned') told.push(event.warning.message)
    if (event.type === 'experimentStarted') told.push(event.label)
  }
  const entries = [{ n: 1 }, { n: 2, dataset: join(temporary(t), 'absent.jsonl') }]
  await run(t, {}, { onEvent }, entries)
  assert.match(told[0] ?? '', /^1 of 2 experiments would fail .*there is no file .*absent\.jsonl/)
  assert.equal(told.length, 3)
})

test('failures for want of a file do not keep the others from running, unless it is all of them', async (t) => {
  const absent = { dataset: join(temporary(t), 'absent.jsonl') }
  const breaks = { max_consecutive_failures: 2 }
  const lacking = [1, 2, 3].map((n) => ({ n, ...absent }))
  const mixed = await run(t, breaks, { jobs: 'lll' }, [...lacking, { n: 4 }])
  assert.equal(mixed.story, 'FILES_NOT_READY 1 failed 2 failed 3 failed 4 measured')
  assert.deepEqual([mixed.ended.status, exitCodeOf(mixed.ended)], ['completed', 4])
  const all = await run(t, breaks, { jobs: 'lll', deps: { skipsPreflight: true } }, lacking)
  assert.equal(all.ended.status, 'circuit_broken')
  const others = await run(t, breaks, { jobs: 'fff' }, [...lacking, { n: 4 }])
  assert.equal(others.ended.status, 'circuit_broken', 'of something else than a missing file')
})

test('a failure does not stop a study, and its exit code tells', async (t) => {
  const study = await run(t, {}, { jobs: 'fmf' })
  assert.equal(study.story, '1 failed 2 measured 3 failed')
  assert.deepEqual([study.ended.status, exitCodeOf(study.ended)], ['completed', 4])
  assert.equal(exitCodeOf((await run(t, {}, { jobs: 'fff' })).ended), 5)
})

test('fail_fast ends the study at the first failure, without a trial', async (t) => {
  const study = await run(t, { fail_fast: true }, { jobs: 'mf' })
  assert.equal(study.story, '1 measured 2 failed')
  const { status, measured, failed, skipped } = study.ended
  assert.deepEqual([status, measured, failed, skipped], ['failed_fast', 1, 1, 1])
  assert.equal(exitCodeOf(study.ended), 4)
  assert.equal(rowsOf(study), 'measured failed skipped')
})

test('failures in a row open the circuit breaker, and a trial that fails ends the study', async (t) => {
  const study = await run(t, { n_cycles: 2, max_consecutive_failures: 2 }, { jobs: 'fff' })
  assert.equal(study.story, '1 failed 2 failed circuit_breaker 3 failed')
  assert.deepEqual([study.ended.status, study.ended.skipped], ['circuit_broken', 3])
  assert.equal(exitCodeOf(study.ended), 5)
  assert.deepEqual(await statusesOf(study), ['circuit_broken'])
  assert.match(writtenRows(study).at(-1)?.reason ?? '', /^2 runs failed in a row/)
})

test('a trial that succeeds closes the circuit breaker', async (t) => {
  const study = await run(t, { max_consecutive_failures: 1 }, { jobs: 'fmm' })
  assert.equal(study.story, '1 failed circuit_breaker 2 measured 3 measured')
  assert.equal(study.ended.status, 'completed')
})

test('an interruption ends the cooldown of the circuit breaker at once', async (t) => {
  const controller = new AbortController()
  const onEvent = ({ type }: StudyEvent): void => {
    if (type === 'waiting') controller.abort()
  }
  const script = { jobs: 'f', onEvent, deps: { signal: controller.signal } }
  const study = await run(t, { max_consecutive_failures: 1 }, script)
  assert.equal(study.story, '1 failed circuit_breaker')
  assert.deepEqual([study.ended.status, exitCodeOf(study.ended)], ['interrupted', 130])
})

test('an interruption ends what runs; it is left for the next session, and is no failure', async (t) => {
  const controller = new AbortController()
  const onEvent = (event: StudyEvent): void => {
    if (event.type === 'experimentStarted' && event.index === 1) controller.abort()
  }
  const study = await run(t, {}, { jobs: 'mh', onEvent, deps: { signal: controller.signal } })
  assert.equal(study.story, '1 measured 2 skipped')
  const { measured, failed, skipped } = study.ended
  assert.deepEqual([measured, failed, skipped], [1, 0, 2])
  assert.equal(rowsOf(study), 'measured skipped skipped')

  const resumed = await resume(study)
  assert.equal(resumed.story, '2 measured 3 measured')
  assert.equal(exitCodeOf(resumed.ended), 0)
  assert.deepEqual(await statusesOf(study), ['interrupted', 'completed'])
  assert.equal(rowsOf(study), 'measured measured measured')
})

test('a run that failed before and was not repeated stays failed', async (t) => {
  const study = await run(t, {}, { jobs: 'fmm' })
  const controller = new AbortController()
  controller.abort()
  const resumed = await resume(study, { deps: { signal: controller.signal } })
  assert.equal(resumed.story, '')
  const { status, measured, failed, skipped } = resumed.ended
  assert.deepEqual([status, measured, failed, skipped], ['interrupted', 2, 1, 0])
  assert.equal(rowsOf(study), 'failed measured measured')
})

test('when the last run has ended, an interruption comes too late', async (t) => {
  const controller = new AbortController()
  const onEvent = (event: StudyEvent): void => {
    if (event.type === 'experimentEnded' && event.index === 2) controller.abort()
  }
  const study = await run(t, {}, { onEvent, deps: { signal: controller.signal } })
  assert.equal(study.ended.status, 'completed')
})

test('the time of a study ends what runs, and a resumed one has its time anew', async (t) => {
  const onEvent: Script['onEvent'] = (event, clock) => {
    if (event.type === 'experimentStarted' && event.index === 1) clock.pass(2 * hourMs)
  }
  const study = await run(t, { wall_clock_timeout_hours: 1 }, { jobs: 'mh', onEvent })
  assert.equal(study.story, '1 measured 2 skipped')
  assert.deepEqual([study.ended.status, exitCodeOf(study.ended)], ['timed_out', 4])
  assert.equal((await resume(study)).story, '2 measured 3 measured')
  assert.deepEqual(await statusesOf(study), ['timed_out', 'completed'])
})

test('the cycle gap stands where the cycle changes, the experiment gap elsewhere', async (t) => {
  const gaps = { n_cycles: 2, experiment_gap_seconds: 10, cycle_gap_seconds: 20 }
  const two = threeSeeds.slice(0, 2)
  const stories = {
    interleaved:
      '1 measured experiment_gap 2 measured cycle_gap 3 measured experiment_gap 4 measured',
    reversed: '1 measured experiment_gap 2 measured cycle_gap 3 measured experiment_gap 4 measured',
    sequential: '1 measured cycle_gap 2 measured cycle_gap 3 measured cycle_gap 4 measured',
  } as const
  for (const cycle_order of ['interleaved', 'reversed', 'sequential'] as const) {
    const study = await run(t, { ...gaps, cycle_order }, {}, two)
    assert.equal(study.story, stories[cycle_order])
  }
})

test('on resume the gaps are those between the runs that are left', async (t) => {
  const gaps = { n_cycles: 2, experiment_gap_seconds: 10, cycle_gap_seconds: 20 }
  const study = await run(t, gaps, { jobs: 'mfmmfm' })
  assert.equal((await resume(study)).story, '2 measured cycle_gap 5 measured')
})

test('a study with nothing left is told again, and nothing is looked at for it', async (t) => {
  const study = await run(t, {})
  rmSync(study.paths.summaryCsv)
  const untouched = async (): Promise<never> => assert.fail('nothing is left to run')
  const again = await resume(study, { deps: { openDevices: untouched, loadRunner: untouched } })
  assert.deepEqual([again.story, again.ended], ['', study.ended])
  assert.ok(existsSync(study.paths.summaryCsv))
  assert.deepEqual(await statusesOf(study), ['completed'])
  const [id = ''] = study.ran
  rmSync(join(study.paths.runs, id), { recursive: true })
  assert.equal((await resume(study)).story, '1 measured')
})

test('a failed run is run again, and its old failure is kept, numbered', async (t) => {
  const study = await run(t, {}, { jobs: 'mfm' })
  const second = await resume(study, { jobs: 'f' })
  const third = await resume(second)
  assert.deepEqual([second.story, third.story], ['2 failed', '2 measured'])
  const [id = ''] = third.ran
  assert.deepEqual(readdirSync(study.paths.failedAttempts).sort(), [`${id}.1`, `${id}.2`])
  const kept = join(study.paths.failedAttempts, `${id}.2`, 'failure.json')
  assert.equal(JSON.parse(readFileSync(kept, 'utf8')).code, 'WORKER_CRASHED')
  assert.ok(!existsSync(join(study.paths.runs, id, 'failure.json')))
  assert.equal(rowsOf(study), 'measured measured measured')
})

test('a listener that goes away interrupts the study, which can be resumed', async (t) => {
  const plan = await planOf(threeSeeds)
  const resultsDir = temporary(t)
  const runner = scriptedRunner(() => 'hangs')
  const deps = {
    clock: heldClock(),
    env: {},
    signal: new AbortController().signal,
    cacheDir: '/nowhere',
    loadRunner: async () => runner,
    resultsDir,
  }
  for await (const { type } of runStudy(plan, deps)) if (type === 'experimentStarted') break
  const [name = ''] = readdirSync(resultsDir)
  const paths = studyPaths(join(resultsDir, name))
  assert.deepEqual(
    (await readSessions(paths)).map(({ status }) => status),
    ['interrupted'],
  )
  const resumed = await watchScript((more) => resumeStudy(paths.directory, more))
  assert.equal(resumed.story, '1 measured 2 measured 3 measured')
})

test('the CSV has a row per run, with the swept fields', async (t) => {
  const study = await run(t, {}, { jobs: 'mf' })
  const lines = readFileSync(study.paths.summaryCsv, 'utf8').trim().split('\n')
  assert.match(
    lines[0] ?? '',
    /^id,experiment,label,cycle,status,random_seed,duration_ms,energy_j,/,
  )
  assert.match(
    lines[1] ?? '',
    /^001-c1-random_seed-1-\w{8},1,random_seed=1,1,measured,1,10000,312,31.2,/,
  )
  assert.match(
    lines[2] ?? '',
    /^002-c1-random_seed-2-\w{8},2,random_seed=2,1,failed,2,,,.*,WORKER_CRASHED,/,
  )
  assert.equal(lines.length, 4)
})

test('a summary that was lost is made again from the results', async (t) => {
  const study = await run(t, {}, { jobs: 'mmf' })
  const before = await readSummary(study.paths)
  rmSync(study.paths.summaryJson)
  await resume(study, { jobs: 'f' })
  assert.deepEqual((await readSummary(study.paths))?.rows, before?.rows)
})
