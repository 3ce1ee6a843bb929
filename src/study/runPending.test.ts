import assert from 'node:assert/strict'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { writeJson } from '../core/files.ts'
import type { Runner } from '../runners/runner.ts'
import { writeBeside } from '../store/besideFile.ts'
import { loadResult } from '../store/readStudy.ts'
import { resultSchema } from '../store/resultFile.ts'
import { readSessions } from '../store/statusFile.ts'
import { runPaths, studyPaths } from '../store/studyDirectory.ts'
import { readSummary } from '../store/summaryFile.ts'
import { boardDomain, type FakeBoard, fakeMeter } from '../testing/fakeMeter.ts'
import { heldClock } from '../testing/heldClock.ts'
import { planOf } from '../testing/plannedStudy.ts'
import { scriptedRunner } from '../testing/scriptedRunner.ts'
import {
  type Scene,
  type SideBySide,
  type Stage,
  twoGpus,
  watchSideBySide,
} from '../testing/watchSideBySide.ts'
import { temporary } from '../testing/watchStudy.ts'
import { resumeStudy } from './resumeStudy.ts'
import { runStudy } from './runStudy.ts'

const onGpus = (...counts: number[]) =>
  counts.map((gpus, random_seed) => ({ random_seed, fake: { gpus } }))

async function run(
  t: TestContext,
  counts: readonly number[],
  scene: Scene,
  execution: Parameters<typeof planOf>[1] = {},
): Promise<SideBySide> {
  const plan = await planOf(onGpus(...counts), { parallel: 'auto', ...execution })
  return watchSideBySide((deps) => runStudy(plan, { ...deps, resultsDir: temporary(t) }), scene)
}

/** Jobs that end as soon as they have begun. */
const allMeasured: Scene['when'] = new Proxy({}, { get: () => (stage: Stage) => endAll(stage) })
const endAll = (stage: Stage): void => {
  for (let number = 1; number <= 20; number++) stage.end(number)
}

test('runs that take a GPU each go side by side, each on its own, and their results say so', async (t) => {
  const study = await run(t, [1, 1, 1], {
    when: {
      '+1 +2': ({ end }) => end(2),
      '+1 +2 2:measured +3': ({ end }) => end(3),
      '+1 +2 2:measured +3 3:measured': ({ end }) => end(1),
    },
  })
  assert.equal(study.story, '+1 +2 2:measured +3 3:measured 1:measured')
  assert.equal(study.status, 'completed')
  const { jobs } = study.runner
  assert.deepEqual(
    jobs.map(({ gpus, env }) => [gpus, env['CUDA_VISIBLE_DEVICES']]),
    [
      [['GPU-1'], 'GPU-1'],
      [['GPU-2'], 'GPU-2'],
      [['GPU-2'], 'GPU-2'],
    ],
  )
  const [first = '', second = '', third = ''] = jobs.map(({ id }) => id)
  const beside = { [first]: [second, third], [second]: [first], [third]: [first] }
  for (const [id, ids] of Object.entries(beside)) {
    const { ranBeside, warnings } = await loadResult(join(study.paths.runs, id))
    assert.deepEqual(ranBeside, ids)
    assert.deepEqual(
      warnings.map(({ code, data }) => [code, data['shared']]),
      [['RAN_BESIDE', 'cpu0']],
    )
    assert.ok(!existsSync(join(study.paths.runs, id, 'beside.json')))
  }
  const rows = (await readSummary(study.paths))?.rows ?? []
  assert.deepEqual(Object.fromEntries(rows.map((row) => [row.id, row.ranBeside])), beside)
})

test('unless it is asked for, runs go one after the other and have every GPU', async (t) => {
  const study = await run(t, [1, 1], { when: allMeasured }, { parallel: 'off' })
  assert.equal(study.story, '+1 1:measured +2 2:measured')
  assert.deepEqual(
    study.runner.jobs.map(({ env }) => env['CUDA_VISIBLE_DEVICES']),
    [undefined, undefined],
  )
  const [job] = study.runner.jobs
  assert.deepEqual((await loadResult(job?.dir ?? '')).ranBeside, [])
})

test('what takes no GPU, or more than there are, has the machine to itself', async (t) => {
  const study = await run(t, [0, 3, 1, 1], { when: { '+1': endAll } })
  assert.equal(study.story.split(' ').slice(0, 6).join(' '), '+1 1:measured +2 2:measured +3 +4')
  assert.deepEqual(
    study.runner.jobs.map(({ env }) => env['CUDA_VISIBLE_DEVICES']),
    [undefined, undefined, 'GPU-1', 'GPU-2'],
  )
})

test('with one GPU, or with parts of one, runs go one after the other', async (t) => {
  for (const gpus of [['GPU-1'], ['MIG-1', 'MIG-2'], []]) {
    const study = await run(t, [1, 1], { gpus, when: { '+1': endAll } })
    assert.equal(study.story, '+1 1:measured +2 2:measured')
  }
})

test('a run that needs more GPUs than are free holds back those behind it', async (t) => {
  const study = await run(t, [1, 2, 1], {
    when: {
      '+1': ({ end }) => end(1),
      '+1 1:measured +2': ({ end }) => end(2),
      '+1 1:measured +2 2:measured +3': ({ end }) => end(3),
    },
  })
  assert.equal(study.story, '+1 1:measured +2 2:measured +3 3:measured')
})

test('a cycle ends before the next begins', async (t) => {
  const scene = {
    when: {
      '+1 +2': ({ end }: Stage) => end(1),
      '+1 +2 1:measured +3': ({ end }: Stage) => end(3),
      '+1 +2 1:measured +3 3:measured': endAll,
    },
  }
  const study = await run(t, [1, 1, 1], scene, { n_cycles: 2 })
  assert.match(study.story, /^\+1 \+2 1:measured \+3 3:measured 2:measured \+4 \+5 /)
})

test('a rest is one of the GPU, while others go on', async (t) => {
  const scene: Scene = {
    when: {
      '+1 +2': ({ end }) => end(2),
      '+1 +2 2:measured experiment_gap': ({ pass }) => pass(61_000),
      '+1 +2 2:measured experiment_gap +3': endAll,
    },
  }
  const study = await run(t, [1, 1, 1], scene, { experiment_gap_seconds: 60 })
  assert.match(study.story, /^\+1 \+2 2:measured experiment_gap \+3 /)
  assert.equal(study.runner.jobs[2]?.gpus[0], 'GPU-2')
})

test('an outcome during a rest is told at once, and an interruption ends both', async (t) => {
  const scene: Scene = {
    when: {
      '+1 +2': ({ end }) => end(2),
      '+1 +2 2:measured experiment_gap': ({ end }) => end(1),
      '+1 +2 2:measured experiment_gap 1:measured': ({ abort }) => abort(),
    },
  }
  const study = await run(t, [1, 1, 1], scene, { experiment_gap_seconds: 60 })
  assert.equal(study.story, '+1 +2 2:measured experiment_gap 1:measured')
  assert.equal(study.status, 'interrupted')
})

test('an interruption ends all that runs, and a resumed study runs it again', async (t) => {
  const scene: Scene = {
    when: {
      '+1 +2': ({ end }) => end(1),
      '+1 +2 1:measured +3': ({ abort }) => abort(),
    },
  }
  const study = await run(t, [1, 1, 1], scene)
  assert.equal(study.status, 'interrupted')
  assert.match(study.story, /^\+1 \+2 1:measured \+3 (2:skipped 3:skipped|3:skipped 2:skipped)$/)
  const resumed = await watchSideBySide((deps) => resumeStudy(study.paths.directory, deps), {
    when: { '+2 +3': endAll },
  })
  assert.match(resumed.story, /^\+2 \+3 /)
  assert.equal(resumed.status, 'completed')
})

test('fail_fast ends what runs beside a failure, which is no failure of its own', async (t) => {
  const scene: Scene = { when: { '+1 +2': ({ end }) => end(2, 'fails') } }
  const study = await run(t, [1, 1, 1], scene, { fail_fast: true })
  assert.equal(study.story, '+1 +2 2:failed 1:skipped')
  for (const { id } of study.runner.jobs) {
    assert.ok(!existsSync(join(study.paths.runs, id, 'beside.json')), id)
  }
  assert.equal(study.status, 'failed_fast')
})

test('a trial runs alone, after all that ran when the circuit breaker opened', async (t) => {
  const scene: Scene = {
    when: {
      '+1 +2': ({ end }) => end(2, 'fails'),
      // What ends well now does not count: it began before.
      '+1 +2 2:failed': ({ end }) => end(1),
      '+1 +2 2:failed 1:measured circuit_breaker': ({ pass }) => pass(61_000),
      '+1 +2 2:failed 1:measured circuit_breaker +3': ({ end }) => end(3),
      '+1 +2 2:failed 1:measured circuit_breaker +3 3:measured +4 +5': endAll,
    },
  }
  const study = await run(t, [1, 1, 1, 1, 1], scene, { max_consecutive_failures: 1 })
  assert.match(study.story, /circuit_breaker \+3 3:measured \+4 \+5 /)
  assert.equal(study.runner.jobs[2]?.gpus.length, 1)
  assert.equal(study.status, 'completed')
})

test('a failure during the rest before a run makes that run the trial', async (t) => {
  const scene: Scene = {
    when: {
      '+1 +2': ({ end }) => end(2),
      '+1 +2 2:measured experiment_gap': ({ end }) => end(1, 'fails'),
      '+1 +2 2:measured experiment_gap 1:failed': ({ pass }) => pass(61_000),
      '+1 +2 2:measured experiment_gap 1:failed circuit_breaker': ({ pass }) => pass(61_000),
      '+1 +2 2:measured experiment_gap 1:failed circuit_breaker +3': ({ end }) => end(3, 'fails'),
    },
  }
  const execution = { experiment_gap_seconds: 60, max_consecutive_failures: 1 }
  const study = await run(t, [1, 1, 1, 1], scene, execution)
  assert.match(study.story, /1:failed circuit_breaker \+3 3:failed$/)
  assert.equal(study.status, 'circuit_broken')
})

test('a listener that goes away ends all that runs', async (t) => {
  const plan = await planOf(onGpus(1, 1), { parallel: 'auto' })
  const resultsDir = temporary(t)
  const signals: AbortSignal[] = []
  const hanging = scriptedRunner(() => 'hangs')
  const runner: Runner<unknown> = {
    ...hanging,
    run(job, options, io) {
      signals.push(io.signal)
      return hanging.run(job, options, io)
    },
  }
  const deps = {
    clock: heldClock(),
    env: {},
    signal: new AbortController().signal,
    cacheDir: '/nowhere',
    loadRunner: async () => runner,
    listGpus: async () => ({ ids: twoGpus, driverVersion: null, cudaVersion: null }),
    resultsDir,
  }
  let started = 0
  for await (const { type } of runStudy(plan, deps)) {
    if (type === 'experimentStarted' && ++started === 2) break
  }
  assert.ok(signals.every(({ aborted }) => aborted))
  const [name = ''] = readdirSync(resultsDir)
  const [session] = await readSessions(studyPaths(join(resultsDir, name)))
  assert.equal(session?.status, 'interrupted')
})

test('what ran beside a run that was measured when the host was killed is found on resume', async (t) => {
  const study = await run(t, [1, 1], {
    when: { '+1 +2': ({ end }) => end(1), '+1 +2 1:measured': ({ abort }) => abort() },
  })
  assert.equal(study.story, '+1 +2 1:measured 2:skipped')
  const [first = '', second = ''] = study.runner.jobs.map(({ id }) => id)
  const paths = runPaths(join(study.paths.runs, first))
  await writeBeside(paths, [second, 'another'])
  const before = await loadResult(paths.directory)
  await writeJson(paths.result, resultSchema, { ...before, ranBeside: [], warnings: [] })

  await watchSideBySide((deps) => resumeStudy(study.paths.directory, deps), {
    when: { '+2': endAll },
  })
  const { ranBeside, warnings } = await loadResult(paths.directory)
  assert.deepEqual([ranBeside, warnings.length], [[second, 'another'], 1])
  assert.ok(!existsSync(paths.beside))
  const rows = (await readSummary(study.paths))?.rows ?? []
  assert.deepEqual(rows.find(({ id }) => id === first)?.ranBeside, [second, 'another'])
})

test('only its own GPUs are looked at before a run, and those must cool', async (t) => {
  const boards: Record<string, FakeBoard> = {
    'GPU-1': { memoryUsedBytes: 5e9, temperatureC: 90 },
    'GPU-2': { memoryUsedBytes: 0, temperatureC: 40 },
  }
  const meters = twoGpus.map((deviceId) =>
    fakeMeter(() => boards[deviceId] ?? {}, [{ ...boardDomain, deviceId }]),
  )
  const devices = { names: [], meters, async [Symbol.asyncDispose]() {} }
  const scene: Scene = {
    deps: { openDevices: async () => devices },
    when: {
      '+1 +2': ({ end }) => end(2),
      '+1 +2 2:measured +3': endAll,
    },
  }
  const study = await run(t, [1, 1, 1], scene, { gap_until_celsius: 50 })
  assert.match(study.story, /^\+1 \+2 2:measured \+3 /)
  const found = await Promise.all(
    study.runner.jobs.map(async ({ dir }) =>
      (await loadResult(dir)).experiment.hostWarnings.map(({ code }) => code),
    ),
  )
  assert.deepEqual(found, [['GPU_MEMORY_IN_USE'], [], []])
})
